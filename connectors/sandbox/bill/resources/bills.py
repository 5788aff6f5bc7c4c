"""Bills: what is owed to vendors. Lines make the amount; payments and credits lower what is due."""

from decimal import Decimal
from typing import Any

from starlette.responses import JSONResponse

from connectors.sandbox.bill import rules, shapes
from connectors.sandbox.bill.checks import Check
from connectors.sandbox.bill.errors import refusal, v3_time
from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.identifiers import new_id
from connectors.sandbox.bill.resource import Change, Resource
from connectors.sandbox.bill.resources import approval_policies, vendor_credits
from connectors.sandbox.bill.sessions import USER_ID
from connectors.sandbox.bill.ways import Way, existing, listing, parsed, parsed_list, reading
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

MOST_AT_ONCE = 100


def _refine(books: Books, change: Change) -> None:
    bill, before = change.record, change.before or {}
    if change.verb in ("archive", "restore"):
        return
    vendor = existing(books, "vendor", bill["vendorId"])
    if vendor["archived"] and before.get("vendorId") != vendor["id"]:
        raise refusal(422, "BDC_1119", "vendorId", vendor["id"])
    _refuse_taken(books, bill)
    reckon(books, bill)
    is_other = (bill["amount"], bill["vendorId"]) != (before.get("amount"), before.get("vendorId"))
    if not before or is_other and books.setting("bill_changed_bills_are_approved_anew"):
        approval_policies.assign(books, bill)


def _follow(books: Books, change: Change) -> None:
    """Credits of the vendor are set off against a new bill at once."""
    for part in change.given.get("vendorCredits") or () if change.verb == "create" else ():
        set_off(books, change.record, part["id"], rules.decimal(part["amount"]))


BILL = Resource(
    kind="bill",
    prefix="00n",
    path="/bills",
    verbs="create update replace archive restore",
    owner="vendor",
    owner_field="vendorId",
    fields=(
        Field("vendorId", required=True, to="vendor"),
        Field("dueDate", "date", required=True),
        Field("billLineItems", "lines", required=True, parts=vendor_credits.LINE, prefix="bli"),
        Field(
            "invoice",
            "object",
            required=True,
            parts=(
                Field("invoiceNumber", required=True, longest=100),
                Field("invoiceDate", "date", required=True),
            ),
        ),
        Field("description", longest=4000),
        Field("payFromChartOfAccountId"),
        Field("classifications", "object"),
        Field("purchaseOrderNumber", longest=100),
    ),
    initial={
        "paidAmount": "0",
        "scheduledAmount": "0",
        "creditAmount": "0",
        "approvalStatus": "UNASSIGNED",
        "approvers": [],
    },
    refine=_refine,
    follow=_follow,
)


def create_bills(books: Books, call: Call) -> Outcome:
    """All of them or none, of any vendors; the answer is a bare list."""
    given = parsed_list(call.body, most=MOST_AT_ONCE)
    made = [BILL.create(books, one, {}, f"[{at}].") for at, one in enumerate(given)]
    shown = [BILL.shown(books, bill) for bill in made]
    return Outcome(JSONResponse(shown, 201), record=",".join(bill["id"] for bill in made))


def record_payment(books: Books, call: Call) -> Outcome:
    """Notes what was paid outside: less of the bills is open, and a payment that is done stands there."""
    given = parsed(call.body)
    check = Check(given)
    check.text("vendorId", required=True)
    check.date("processDate", required=True)
    check.lines("payments", numbers={"amount": True})
    check.finish()
    vendor = existing(books, "vendor", given["vendorId"])
    parts = []
    for one in given["payments"]:
        bill, amount = existing(books, "bill", str(one.get("billId"))), rules.decimal(one["amount"])
        if bill["vendorId"] != vendor["id"]:
            raise refusal(422, "BDC_1119", "vendorId", vendor["id"])
        pay(books, bill, amount)
        parts.append(
            {"id": new_id(books, "bill payment"), "billId": bill["id"], "amount": rules.cents(amount)}
        )
    total = rules.cents(sum((Decimal(part["amount"]) for part in parts), Decimal(0)))
    payment = rules.new_record(
        books,
        "payment",
        {
            "vendorId": vendor["id"],
            "billId": parts[0]["billId"] if len(parts) == 1 else None,
            "billPayments": parts,
            "processDate": given["processDate"],
            "amount": total,
            "fundingAmount": total if vendor["billCurrency"] == "USD" else None,
            "status": "PAID",
            "singleStatus": "CLEARED",
            "disbursementStatus": "DONE",
            "disbursementType": "OFFLINE",
            "onlinePayment": False,
            "toPrintCheck": bool(given.get("toPrintCheck")),
            "createdBy": USER_ID,
        },
    )
    books.put("payment", payment["id"], payment, owner=vendor["id"])
    return Outcome(JSONResponse(shapes.published(payment)), record=payment["id"])


def pay(books: Books, bill: dict[str, Any], amount: Decimal) -> None:
    """Raises Refusal for an archived bill, one that waits for approval, and for more than is due."""
    if bill["archived"] or bill["approvalStatus"] in approval_policies.HOLDING:
        raise refusal(422, "BDC_1119", "billId", bill["id"])
    if amount <= 0 or amount > Decimal(bill["dueAmount"]):
        raise refusal(422, "BDC_1119", "amount", str(amount))
    bill["paidAmount"] = rules.cents(Decimal(bill["paidAmount"]) + amount)
    reckon(books, bill)
    saved(books, bill)


def set_off(books: Books, bill: dict[str, Any], credit_id: str, amount: Decimal) -> None:
    """Use a vendor's credit on its bill, as far as both reach."""
    if amount > Decimal(bill["dueAmount"]):
        raise refusal(422, "BDC_1119", "vendorCredits.amount", str(amount))
    vendor_credits.use(books, credit_id, bill, amount)
    bill["creditAmount"] = rules.cents(Decimal(bill["creditAmount"]) + amount)
    reckon(books, bill)
    saved(books, bill)


def reckon(books: Books, bill: dict[str, Any]) -> None:
    """Amount from the lines, what is due from the amount, and the state of payment from both."""
    amount = sum((Decimal(line["amount"]) for line in bill["billLineItems"]), Decimal(0))
    settled = Decimal(bill["paidAmount"]) + Decimal(bill["creditAmount"])
    if amount < settled + Decimal(bill["scheduledAmount"]):
        raise refusal(422, "BDC_1119", "amount", str(amount))
    vendor = existing(books, "vendor", bill["vendorId"])
    bill["amount"], bill["dueAmount"] = rules.cents(amount), rules.cents(amount - settled)
    at_home = vendor["billCurrency"] == "USD"
    bill["fundingAmount"], bill["exchangeRate"] = (bill["amount"], "1") if at_home else (None, None)
    if Decimal(bill["scheduledAmount"]):
        bill["paymentStatus"] = "SCHEDULED"
    elif settled and settled == amount:
        bill["paymentStatus"] = "PAID"
    else:
        bill["paymentStatus"] = "PARTIAL" if settled else "UNPAID"


def saved(books: Books, bill: dict[str, Any]) -> Outcome:
    bill["updatedTime"] = v3_time(books.now)
    books.put("bill", bill["id"], bill, owner=bill["vendorId"])
    return Outcome(JSONResponse(shapes.published(bill)), record=bill["id"])


def _refuse_taken(books: Books, bill: dict[str, Any]) -> None:
    """A number is there once within its vendor, archived bills included."""
    number = bill["invoice"]["invoiceNumber"]
    for other in books.find("bill", owner=bill["vendorId"]):
        if other["invoice"]["invoiceNumber"] == number and other["id"] != bill["id"]:
            raise refusal(422, "BDC_1171", "Bill", number)


RESOURCES = (BILL,)
WAYS = (
    Way("GET", "/bills", "list_bills", listing("bill", shapes.bill)),
    Way("GET", "/bills/{id}", "get_bill", reading("bill", shapes.bill)),
    Way("POST", "/bills/bulk", "create_bills_bulk", create_bills),
    Way("POST", "/bills/record-payment", "record_bill_payment", record_payment),
)
