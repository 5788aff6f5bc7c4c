"""What customers owe. Lines make the total; payments received and credits lower what is due."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import lists, rules
from connectors.sandbox.bill.checks import EMAIL, Check
from connectors.sandbox.bill.connections import status_of
from connectors.sandbox.bill.errors import invalid, refusal, v3_time
from connectors.sandbox.bill.fields import Field, problems
from connectors.sandbox.bill.resource import Change, Record, Resource
from connectors.sandbox.bill.resources.customers import CUSTOMER
from connectors.sandbox.bill.ways import Way, existing, parsed
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

PRICED_LINE = (
    Field("description", longest=4000),
    Field("quantity", "number", required=True),
    Field("price", "number"),
    Field("taxable", "boolean"),
    Field("ratePercent", "number"),
    Field("classifications", "object"),
)


def lines_total(lines: list[Record]) -> Decimal:
    """A line of a rate is that part of what stands above it; a negative one is a discount."""
    total = Decimal(0)
    for line in lines:
        if line.get("ratePercent"):
            total += total * Decimal(line["ratePercent"]) / 100
        else:
            total += Decimal(line["quantity"]) * Decimal(line["price"] or 0)
    return total


def _refine(books: Books, change: Change) -> None:
    invoice, before = change.record, change.before or {}
    if change.verb in ("archive", "restore"):
        return
    owner = change.owner or {}
    if owner["archived"] and before.get("customerId") != owner["id"]:
        raise refusal(422, "BDC_1119", "customer.id", owner["id"])
    today = books.now.date().isoformat()
    invoice["invoiceNumber"] = invoice["invoiceNumber"] or before.get("invoiceNumber") or _next_number(books)
    invoice["invoiceDate"] = invoice["invoiceDate"] or today
    invoice["dueDate"] = invoice["dueDate"] or today
    same_number = books.find(
        "invoice", where={"invoiceNumber": invoice["invoiceNumber"]}
    )  # archived ones too
    if any(other["id"] != invoice["id"] for other in same_number):
        raise refusal(422, "BDC_1171", "Invoice", invoice["invoiceNumber"])
    reckon(invoice)


def _next_number(books: Books) -> str:
    return f"INV-{books.next_number('invoice number', first=5001)}"


def _follow(books: Books, change: Change) -> None:
    options = change.given.get("processingOptions") or {}
    if change.verb in ("create", "update", "replace") and options.get("sendEmail", True):
        _mail(books, change.record, [str((change.owner or {}).get("email"))])


def _mail(books: Books, invoice: Record, to: list[str]) -> None:
    for address in to:
        key = f"{invoice['id']}/{books.count('email', where={'invoiceId': invoice['id']}) + 1}"
        mail = {"invoiceId": invoice["id"], "to": address, "sentTime": v3_time(books.now)}
        books.put("email", key, mail, owner=invoice["customerId"])


INVOICE = Resource(
    kind="invoice",
    prefix="00e",
    path="/invoices",
    verbs="list get archive restore",
    owner="customer",
    owner_field="customerId",
    fields=(
        Field("customerId", to="customer"),
        Field("invoiceLineItems", "lines", required=True, parts=PRICED_LINE, prefix="00f"),
        Field("invoiceNumber", longest=100),
        Field("invoiceDate", "date"),
        Field("dueDate", "date"),
        Field("processingOptions", "object"),
        Field("payToChartOfAccountId"),
        Field("classifications", "object"),
    ),
    filters=lists.FILTERS["invoice"],
    initial={
        "scheduledAmount": "0",
        "creditAmount": "0",
        "exchangeRate": "1",
        "payments": [],
        "salesTaxTotal": "0",
        "salesTaxPercentage": "0",
        "enableCardPayment": False,
    },
    hidden=frozenset({"processingOptions"}),
    refine=_refine,
    follow=_follow,
)


def create_invoice(books: Books, call: Call) -> Outcome:
    given = _for_customer(books, parsed(call.body), partial=False)
    return _shown(books, INVOICE.create(books, given, {"customerId": given["customerId"]}), 201)


def change_invoice(books: Books, call: Call) -> Outcome:
    """PUT gives it anew, PATCH changes what is given."""
    verb = "replace" if call.method == "PUT" else "update"
    before = existing(books, "invoice", call.parts["id"])
    given = _for_customer(books, parsed(call.body), partial=verb == "update")
    return _shown(books, INVOICE.change(books, verb, before, given))


def _for_customer(books: Books, given: Any, *, partial: bool) -> dict[str, Any]:
    """Reads name the customer `customerId`, writes want `customer: {id}` or `customer: {name, email}`."""
    if not isinstance(given, Mapping):
        raise invalid("Required request body is not a JSON object")
    customer, wrong = given.get("customer"), []
    if customer is None and not partial:
        wrong.append("customer: must not be null")
    elif customer is not None and not isinstance(customer, Mapping):
        wrong.append("customer: must be an object")
    elif customer and not (customer.get("id") or customer.get("name")):
        wrong.append("customer.id: must not be null")
    wrong += problems(INVOICE.fields, given, partial=partial)
    if wrong:
        raise invalid(*wrong)
    rest = {name: value for name, value in given.items() if name not in ("customer", "customerId")}
    if not customer:
        return rest
    owner = customer.get("id") or CUSTOMER.create(books, customer, {})["id"]
    return rest | {"customerId": owner}


def _shown(books: Books, invoice: Record, status: int = 200) -> Outcome:
    return Outcome(JSONResponse(INVOICE.shown(books, invoice), status), record=invoice["id"])


def reckon(invoice: Record) -> None:
    """What is due from the lines and what settled them, and the state of payment from both."""
    total = lines_total(invoice["invoiceLineItems"])
    by_status = {
        status: sum(
            (Decimal(part["amount"]) for part in invoice["payments"] if part["status"] == status), Decimal(0)
        )
        for status in ("PAID", "SCHEDULED")
    }
    settled, scheduled = by_status["PAID"] + Decimal(invoice["creditAmount"]), by_status["SCHEDULED"]
    if total < settled + scheduled:
        raise refusal(422, "BDC_1119", "totalAmount", str(total))
    invoice["totalAmount"], invoice["dueAmount"] = rules.cents(total), rules.cents(total - settled)
    invoice["scheduledAmount"] = rules.cents(scheduled) if scheduled else "0"
    if settled and settled == total:
        invoice["status"] = "PAID_IN_FULL"
    elif scheduled:
        invoice["status"] = "SCHEDULED"
    else:
        invoice["status"] = "PARTIAL_PAYMENT" if settled else "OPEN"


def saved(books: Books, invoice: Record) -> None:
    invoice["updatedTime"] = v3_time(books.now)
    books.put("invoice", invoice["id"], invoice, owner=invoice["customerId"])


def send(books: Books, call: Call) -> Outcome:
    """The answer is empty."""
    invoice, given = existing(books, "invoice", call.parts["id"]), parsed(call.body)
    check = Check(given)
    check.object("recipient", required=True)
    check.text("replyTo.userId", required=True)
    to = (given.get("recipient") or {}).get("to")
    if (
        not isinstance(to, list)
        or not to
        or not all(isinstance(one, str) and EMAIL.fullmatch(one) for one in to)
    ):
        check.problem("recipient.to: must be a list of well-formed email addresses")
    check.finish()
    existing(books, "user", given["replyTo"]["userId"])
    _mail(books, invoice, to)
    return Outcome(Response(), record=invoice["id"])


def payment_link(books: Books, call: Call) -> Outcome:
    """For customers that are not connected in the network."""
    invoice, given = existing(books, "invoice", call.parts["id"]), parsed(call.body)
    check = Check(given)
    check.text("customerId", required=True)
    check.email("email", required=True)
    check.text("returnUrl", longest=500)
    check.finish()
    if given["customerId"] != invoice["customerId"]:
        raise refusal(422, "BDC_1119", "customerId", given["customerId"])
    if status_of(books, "customer", invoice["customerId"]).startswith("CONNECTED") or invoice["archived"]:
        raise refusal(422, "BDC_1119", "invoiceId", invoice["id"])
    link = f"https://pay.bill.example/{invoice['id']}/{books.next_number('payment link', first=1001)}"
    return Outcome(JSONResponse({"paymentLink": link}), record=invoice["id"])


RESOURCES = (INVOICE,)
WAYS = (
    Way("POST", "/invoices", "create_invoice", create_invoice),
    Way("PUT", "/invoices/{id}", "replace_invoice", change_invoice),
    Way("PATCH", "/invoices/{id}", "update_invoice", change_invoice),
    Way("POST", "/invoices/{id}/email", "send_invoice", send),
    Way("POST", "/invoices/{id}/payment-link", "create_invoice_payment_link", payment_link),
)
