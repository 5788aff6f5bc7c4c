"""The judges of vendors and all that is owed to them, by the names that the catalogue gives them."""

from collections.abc import Iterable, Mapping

from connectors.bill.judgements.approval_policies import CreatePolicy, DeletePolicy, ReplacePolicy
from connectors.bill.judgements.at_once import AtOnce
from connectors.bill.judgements.bank_details import CreateBankAccount, DeleteBankAccount
from connectors.bill.judgements.bill_approvals import DecideOnBills
from connectors.bill.judgements.changes import ArchiveDocument, ChangeDocument
from connectors.bill.judgements.common import Raw, all_rows
from connectors.bill.judgements.kinds import RecordKind
from connectors.bill.judgements.network import AcceptInvitation, Disconnect, Invite
from connectors.bill.judgements.payables import BillJudge, RecurringBillJudge, VendorCreditJudge
from connectors.bill.judgements.recorded_payments import RecordBillPayment
from connectors.bill.judgements.vendor_changes import ShelveVendor, UpdateVendor
from connectors.bill.judgements.vendors import VendorJudge
from connectors.judging import Judge, Read
from connectors.paging import Rows

BILL, CREDIT, RECURRING = BillJudge(), VendorCreditJudge(), RecurringBillJudge()
VENDOR = RecordKind("vendor")


def knowing_vendors(read: Read, items: Iterable[Raw]) -> Read:
    """Vendors and their documents are read together: for each alone, a hundred bills would take a minute."""
    ids = sorted({item["vendorId"] for item in items if isinstance(item["vendorId"], str)})
    if not ids:  # an earlier step makes them all
        return read
    vendors = {row["id"]: row for row in all_rows(read, "bill_list_vendors", ids=ids)}
    bills = all_rows(read, "bill_list_bills", vendorIds=ids)

    def ask(name: str, arguments: Mapping[str, object]) -> object:
        if name == "bill_get_vendor" and arguments["vendorId"] in vendors:
            return vendors[str(arguments["vendorId"])]
        if name == "bill_list_bills":
            wanted = arguments.get("invoiceNumber"), arguments.get("vendorId"), arguments.get("archived")
            return Rows(row for row in bills if wanted == _as_asked(row))
        return read(name, arguments)

    return ask


def _as_asked(row: Raw) -> tuple[object, object, object]:
    return (row.get("invoice") or {}).get("invoiceNumber"), row.get("vendorId"), bool(row.get("archived"))


def by_id(item: str) -> Raw:
    return {"vendorCreditId": item}


ARCHIVE_CREDIT = ArchiveDocument(
    "bill_archive_vendor_credit",
    CREDIT,
    "vendorCreditId",
    "BILL no longer sets off {total} that {party} owes us, and the credit cannot come back.",
)

JUDGES: Mapping[str, Judge] = {
    "create_vendor": VendorJudge(),
    "create_vendors_bulk": AtOnce("bill_create_vendors_bulk", VendorJudge(), "vendors", "vendors", "vendors"),
    "update_vendor": UpdateVendor(),
    "archive_vendor": ShelveVendor(VENDOR, "archive"),
    "restore_vendor": ShelveVendor(VENDOR, "restore"),
    "create_vendor_bank_account": CreateBankAccount(),
    "delete_vendor_bank_account": DeleteBankAccount(),
    "invite_vendor": Invite("bill_invite_vendor", "vendor"),
    "invite_vendor_by_email": Invite("bill_invite_vendor_by_email", "vendor"),
    "invite_customer": Invite("bill_invite_customer", "customer"),
    "disconnect_vendor": Disconnect("bill_disconnect_vendor", "vendor"),
    "disconnect_customer": Disconnect("bill_disconnect_customer", "customer"),
    "accept_network_invitation": AcceptInvitation(),
    "create_bill": BILL,
    "create_bills_bulk": AtOnce("bill_create_bills_bulk", BILL, "bills", "bills", learned=knowing_vendors),
    "replace_bill": ChangeDocument("bill_replace_bill", BILL, "billId", replaces=True),
    "update_bill": ChangeDocument("bill_update_bill", BILL, "billId"),
    "archive_bill": ArchiveDocument(
        "bill_archive_bill", BILL, "billId", "BILL no longer lists {total} as owed to {party}."
    ),
    "restore_bill": ArchiveDocument(
        "bill_restore_bill", BILL, "billId", "BILL lists {total} as owed to {party} again.", archives=False
    ),
    "record_bill_payment": RecordBillPayment(),
    "approve_or_deny_bills": DecideOnBills(),
    "create_approval_policy": CreatePolicy(),
    "replace_approval_policy": ReplacePolicy(),
    "delete_approval_policy": DeletePolicy(),
    "create_vendor_credit": CREDIT,
    "create_vendor_credits_bulk": AtOnce(
        "bill_create_vendor_credits_bulk", CREDIT, "vendorCredits", "vendor credits", "vendorCredits"
    ),
    "replace_vendor_credit": ChangeDocument(
        "bill_replace_vendor_credit", CREDIT, "vendorCreditId", replaces=True
    ),
    "update_vendor_credit": ChangeDocument("bill_update_vendor_credit", CREDIT, "vendorCreditId"),
    "replace_vendor_credits_bulk": AtOnce(
        "bill_replace_vendor_credits_bulk",
        ChangeDocument("bill_replace_vendor_credit", CREDIT, "id", replaces=True),
        "vendorCredits",
        "vendor credits",
        "vendorCredits",
    ),
    "update_vendor_credits_bulk": AtOnce(
        "bill_update_vendor_credits_bulk",
        ChangeDocument("bill_update_vendor_credit", CREDIT, "id"),
        "vendorCredits",
        "vendor credits",
        "vendorCredits",
    ),
    "archive_vendor_credit": ARCHIVE_CREDIT,
    "archive_vendor_credits_bulk": AtOnce(
        "bill_archive_vendor_credits_bulk",
        ARCHIVE_CREDIT,
        "ids",
        "vendor credits",
        "vendorCredits",
        wrap=by_id,
    ),
    "create_recurring_bill": RECURRING,
    "replace_recurring_bill": ChangeDocument(
        "bill_replace_recurring_bill", RECURRING, "recurringBillId", replaces=True
    ),
    "update_recurring_bill": ChangeDocument("bill_update_recurring_bill", RECURRING, "recurringBillId"),
    "archive_recurring_bill": ArchiveDocument(
        "bill_archive_recurring_bill",
        RECURRING,
        "recurringBillId",
        "BILL enters no more bills over {total} from {party}.",
    ),
    "restore_recurring_bill": ArchiveDocument(
        "bill_restore_recurring_bill",
        RECURRING,
        "recurringBillId",
        "BILL enters bills over {total} from {party} again.",
        archives=False,
    ),
}
