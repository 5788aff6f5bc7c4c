"""What BILL accepts, and what it makes of it. Nothing here knows HTTP."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from connectors.sandbox.bill.checks import Check
from connectors.sandbox.bill.errors import invalid, refusal, v3_time
from connectors.sandbox.bill.identifiers import new_id
from connectors.sandbox.bill.shapes import COUNTRY_NAMES
from connectors.sandbox.books import Books

CURRENCIES = frozenset({"USD", "EUR", "GBP", "CAD", "AUD", "JPY"})
ACCOUNT_TYPES = frozenset({"BUSINESS", "PERSON", "NONE"})
CENT = Decimal("0.01")


def create_customer(books: Books, given: Mapping[str, Any]) -> dict[str, Any]:
    check = Check(given)
    check.text("name", required=True, longest=100)
    check.email("email", required=True)
    _check_party(check, currency="invoiceCurrency", addresses=("billingAddress", "shippingAddress"))
    check.finish()
    return store_customer(books, given)


def store_customer(books: Books, given: Mapping[str, Any]) -> dict[str, Any]:
    fields = "name companyName contact email phone fax description invoiceCurrency accountType"
    fields += " paymentTermId accountNumber billingAddress shippingAddress v2"
    record = new_record(books, "customer", {name: given.get(name) for name in fields.split()})
    for name in ("billingAddress", "shippingAddress"):
        record[name] = address(record[name])
    books.put("customer", record["id"], record)
    person = record["contact"] or {}
    if person:  # a customer's first contact is made with the customer
        _store_contact(books, record["id"], {**person, "email": record["email"], "phone": record["phone"]})
    return record


def create_contact(books: Books, customer_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
    if books.get("customer", customer_id) is None:
        raise refusal(404, "BDC_1205", customer_id)
    check = Check(given)
    for name in ("firstName", "lastName", "phone", "altPhone"):
        check.text(name)
    check.email("email")
    check.email("alternateEmail")
    check.finish()
    email = (given.get("email") or "").casefold()
    taken = {(row.get("email") or "").casefold() for row in books.find("contact", owner=customer_id)}
    if email and email in taken:
        raise refusal(422, "BDC_1119", "email", given["email"])
    return _store_contact(books, customer_id, given)


def _store_contact(books: Books, customer_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
    fields = ("firstName", "lastName", "email", "phone", "altPhone", "alternateEmail")
    record = new_record(books, "contact", {name: given.get(name) for name in fields})
    record["customerId"] = customer_id
    books.put("contact", record["id"], record, owner=customer_id)
    return record


def create_invoice(books: Books, given: Mapping[str, Any]) -> dict[str, Any]:
    """Reads name the customer `customerId`, writes want `customer: {id}` or `customer: {name, email}`."""
    check = Check(given)
    check.object("customer", required=True)
    check.lines("invoiceLineItems", numbers={"quantity": True, "price": False})
    check.text("invoiceNumber", longest=100)
    check.date("invoiceDate")
    check.date("dueDate")
    check.object("processingOptions")
    customer = given.get("customer")
    if isinstance(customer, dict) and not customer.get("id") and not customer.get("name"):
        check.problem("customer.id: must not be null")
    check.finish()

    number = given.get("invoiceNumber") or f"INV-{books.next_number('invoice number', first=5001)}"
    if books.count("invoice", where={"invoiceNumber": number}):  # archived ones included
        raise refusal(422, "BDC_1171", "Invoice", number)
    owner = _customer_of(books, customer)
    today = books.now.date().isoformat()
    lines = [_invoice_line(books, line) for line in given["invoiceLineItems"]]
    total = sum((Decimal(line["quantity"]) * Decimal(line["price"]) for line in lines), Decimal(0))
    record = new_record(
        books,
        "invoice",
        {
            "invoiceNumber": number,
            "invoiceDate": given.get("invoiceDate") or today,
            "dueDate": given.get("dueDate") or today,
            "customerId": owner["id"],
            "totalAmount": cents(total),
            "dueAmount": cents(total),
            "scheduledAmount": "0",
            "creditAmount": "0",
            "status": "OPEN",
            "exchangeRate": "1",
            "invoiceLineItems": lines,
            "payments": [],
            "classifications": given.get("classifications"),
            "payToChartOfAccountId": given.get("payToChartOfAccountId"),
            "salesTaxTotal": "0",
            "salesTaxPercentage": "0",
            "enableCardPayment": False,
        },
    )
    books.put("invoice", record["id"], record, owner=owner["id"])
    if (given.get("processingOptions") or {}).get("sendEmail", True):
        mail = {"invoiceId": record["id"], "to": owner.get("email"), "sentTime": v3_time(books.now)}
        books.put("email", f"{record['id']}/1", mail, owner=owner["id"])
    return record


def new_record(books: Books, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    now = v3_time(books.now)
    return {"id": new_id(books, kind), "archived": False, **fields, "createdTime": now, "updatedTime": now}


def _check_party(check: Check, *, currency: str, addresses: tuple[str, ...]) -> None:
    check.text("companyName", longest=250)
    check.text("description", longest=4000)
    check.text("accountNumber", longest=100)
    check.text("phone")
    check.one_of("accountType", ACCOUNT_TYPES)
    check.one_of(currency, CURRENCIES)
    check.object("contact")
    for name in addresses:
        check.address(name)


def address(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not given:
        return None
    names = ("line1", "line2", "city", "stateOrProvince", "zipOrPostalCode", "country")
    country = given.get("country") or ""
    return {name: given.get(name) for name in names} | {"countryName": COUNTRY_NAMES.get(country, country)}


def _customer_of(books: Books, given: Mapping[str, Any]) -> dict[str, Any]:
    if not given.get("id"):
        return create_customer(books, {"name": given.get("name"), "email": given.get("email")})
    customer = books.get("customer", given["id"])
    if customer is None:
        raise refusal(404, "BDC_1205", given["id"])
    if customer["archived"]:
        raise refusal(422, "BDC_1119", "customer.id", given["id"])
    return customer


def _invoice_line(books: Books, line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": new_id(books, "invoice line"),
        "description": line.get("description"),
        "price": str(decimal(line.get("price") or 0)),
        "quantity": str(decimal(line["quantity"])),
        "classifications": line.get("classifications"),
    }


def decimal(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise invalid(f"'{value}' is not a number") from None


def cents(amount: Decimal) -> str:
    return str(amount.quantize(CENT, ROUND_HALF_UP))
