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
    record = _record(books, "customer", {name: given.get(name) for name in fields.split()})
    for name in ("billingAddress", "shippingAddress"):
        record[name] = _address(record[name])
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
    record = _record(books, "contact", {name: given.get(name) for name in fields})
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
    record = _record(
        books,
        "invoice",
        {
            "invoiceNumber": number,
            "invoiceDate": given.get("invoiceDate") or today,
            "dueDate": given.get("dueDate") or today,
            "customerId": owner["id"],
            "totalAmount": _cents(total),
            "dueAmount": _cents(total),
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


def create_vendor(books: Books, given: Mapping[str, Any]) -> dict[str, Any]:
    check = Check(given)
    check.text("name", required=True, longest=100)
    check.email("email")
    check.object("address", required=True)
    _check_party(check, currency="billCurrency", addresses=("address",))
    check.finish()
    fields = "name shortName companyName accountNumber accountType email phone address billCurrency"
    record = _record(books, "vendor", {name: given.get(name) for name in fields.split()})
    record |= {
        "accountType": given.get("accountType") or "BUSINESS",
        "address": _address(given["address"]),
        "billCurrency": given.get("billCurrency") or "USD",
        "paymentInformation": {
            "payeeName": given["name"],
            **(given.get("paymentInformation") or {}),
            "payByType": "CHECK",
            "payBySubType": "NONE",
        },
        "additionalInfo": {"track1099": False, "combinePayments": True} | (given.get("additionalInfo") or {}),
        "bankAccountStatus": "NO_ACCOUNT",
        "recurringPayments": False,
        "autoPay": {"enabled": False},
        "networkStatus": "NOT_CONNECTED",
    }
    books.put("vendor", record["id"], record)
    return record


def create_bill(books: Books, given: Mapping[str, Any]) -> dict[str, Any]:
    check = Check(given)
    check.text("vendorId", required=True)
    check.date("dueDate", required=True)
    check.lines("billLineItems", numbers={"amount": True})
    check.object("invoice", required=True)
    check.text("invoice.invoiceNumber", required=True, longest=100)
    check.date("invoice.invoiceDate", required=True)
    check.finish()
    vendor = books.get("vendor", given["vendorId"])
    if vendor is None:
        raise refusal(404, "BDC_1205", given["vendorId"])
    if vendor["archived"]:
        raise refusal(422, "BDC_1119", "vendorId", given["vendorId"])
    number = given["invoice"]["invoiceNumber"]
    for other in books.find("bill", owner=vendor["id"]):
        if other["invoice"]["invoiceNumber"] == number:  # archived ones included
            raise refusal(422, "BDC_1171", "Bill", number)
    lines = [
        {
            "id": new_id(books, "bill line"),
            "amount": _cents(decimal(line["amount"])),
            "description": line.get("description"),
            "classifications": line.get("classifications"),
        }
        for line in given["billLineItems"]
    ]
    amount = _cents(sum((Decimal(line["amount"]) for line in lines), Decimal(0)))
    record = _record(
        books,
        "bill",
        {
            "vendorId": vendor["id"],
            "fundingAmount": amount if vendor["billCurrency"] == "USD" else None,
            "amount": amount,
            "paidAmount": "0",
            "dueAmount": amount,
            "scheduledAmount": "0",
            "creditAmount": "0",
            "exchangeRate": "1" if vendor["billCurrency"] == "USD" else None,
            "description": given.get("description"),
            "dueDate": given["dueDate"],
            "invoice": {"invoiceDate": given["invoice"]["invoiceDate"], "invoiceNumber": number},
            "billLineItems": lines,
            "paymentStatus": "UNPAID",
            "approvalStatus": "UNASSIGNED",
            "approvers": [],
            "purchaseOrderNumber": given.get("purchaseOrderNumber"),
        },
    )
    books.put("bill", record["id"], record, owner=vendor["id"])
    return record


def _record(books: Books, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
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


def _address(address: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not address:
        return None
    names = ("line1", "line2", "city", "stateOrProvince", "zipOrPostalCode", "country")
    country = address.get("country") or ""
    return {name: address.get(name) for name in names} | {"countryName": COUNTRY_NAMES.get(country, country)}


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


def _cents(amount: Decimal) -> str:
    return str(amount.quantize(CENT, ROUND_HALF_UP))
