"""What the tests of payments find in BILL's books beside the payables: payments that stand in each place."""

from typing import Any

from connectors.sandbox.bill.resources.funding_accounts import BANK
from connectors.sandbox.client import SandboxControl
from tests import payables as books

SECOND_BILL, SCHEDULED_BILL, SENT_BILL = "00n11SECOND", "00n12SCHEDULED", "00n13SENT"
SCHEDULED, SENT = "stp01SCHEDULED", "stp02SENT"
PENDING_BANK, BANK_USER = "bac01PENDING", "bau01OTHER"


def fill(sandbox: SandboxControl) -> None:
    """Northside is owed a second bill; of two others one is to be paid, and one payment is on its way."""
    books.fill(sandbox)
    if sandbox.record("bill", "payment", SENT):
        return

    def add(kind: str, key: str, owner: str = "", **fields: Any) -> None:
        times = {"createdTime": books.THEN, "updatedTime": books.THEN}
        sandbox.add("bill", kind, key, owner=owner, id=key, **{"archived": False} | times | fields)

    add("bill", SECOND_BILL, books.VENDOR, **books.bill("NP-11"))
    waits = {"scheduledAmount": "200.00", "paymentStatus": "SCHEDULED"}
    add("bill", SCHEDULED_BILL, books.VENDOR, **books.bill("NP-12", **waits))
    paid = {"paidAmount": "200.00", "dueAmount": "0.00", "paymentStatus": "PAID"}
    add("bill", SENT_BILL, books.VENDOR, **books.bill("NP-13", **paid))
    add("payment", SCHEDULED, books.VENDOR, **payment(SCHEDULED_BILL, "SCHEDULED", "SCHEDULED"))
    add("payment", SENT, books.VENDOR, **payment(SENT_BILL, "PAID", "SENT"))
    bank = {"status": "PENDING", "triesLeft": 3, "bankName": "Third Pier Bank", "nameOnAccount": "Halden"}
    bank |= {"accountNumber": "000111222333", "routingNumber": "021000021", "type": "CHECKING"}
    add("bank account", PENDING_BANK, ownerType="BUSINESS", **bank)
    user = {"bankAccountId": BANK, "userId": "00601SOMEBODY", "verificationStatus": "VERIFIED"}
    add("bank account user", BANK_USER, BANK, **user)


def payment(bill_id: str, status: str, single_status: str) -> dict[str, Any]:
    return {
        "vendorId": books.VENDOR,
        "billId": bill_id,
        "billPayments": [{"id": f"blp/{bill_id}", "billId": bill_id, "amount": "200.00"}],
        "processDate": "2027-01-10",
        "amount": "200.00",
        "fundingAmount": "217.39",
        "fundingAccount": {"type": "BANK_ACCOUNT", "id": BANK},
        "transactionNumber": f"P{bill_id[:5]}",
        "status": status,
        "singleStatus": single_status,
        "disbursementStatus": "UNDEFINED",
        "disbursementType": "CHECK",
        "disbursementInfo": {"isVoidable": single_status == "SENT"},
        "onlinePayment": True,
        "voidInfo": [],
        "cancelRequestSubmitted": False,
        "fate": "",
    }
