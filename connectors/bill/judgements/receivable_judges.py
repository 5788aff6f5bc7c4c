"""The judges of what customers owe us, by the names that the catalogue gives them."""

from collections.abc import Iterable, Mapping

from connectors.bill.judgements.at_once import AtOnce
from connectors.bill.judgements.changes import ArchiveDocument, ChangeDocument
from connectors.bill.judgements.common import Raw, all_rows
from connectors.bill.judgements.receivables import CreditMemoJudge, InvoiceJudge, RecurringInvoiceJudge
from connectors.judging import Judge, Read
from connectors.paging import Rows

INVOICE, CREDIT, RECURRING = InvoiceJudge(), CreditMemoJudge(), RecurringInvoiceJudge()


def knowing_customers(read: Read, items: Iterable[Raw]) -> Read:
    """Customers and their credits are read together: for each alone, fifty credits would take a minute."""
    ids = sorted({item["customerId"] for item in items if isinstance(item["customerId"], str)})
    if not ids:  # an earlier step makes them all
        return read
    customers = {row["id"]: row for row in all_rows(read, "bill_list_customers", ids=ids)}
    credits = all_rows(read, "bill_list_credit_memos", customerIds=ids)

    def ask(name: str, arguments: Mapping[str, object]) -> object:
        key = arguments.get("customerId")
        if name == "bill_get_customer" and key in customers:
            return customers[str(key)]
        if name == "bill_list_credit_memos" and key in customers:
            is_archived = arguments.get("archived")
            return Rows(
                row
                for row in credits
                if row["customerId"] == key and bool(row.get("archived")) == is_archived
            )
        return read(name, arguments)

    return ask


def by_id(item: str) -> Raw:
    return {"creditMemoId": item}


def _credit(verb: str, key: str) -> ChangeDocument:
    return ChangeDocument(f"bill_{verb}_credit_memo", CREDIT, key, replaces=verb == "replace")


def _credits(verb: str, one: Judge, items: str = "creditMemos", **more: object) -> AtOnce:
    return AtOnce(f"bill_{verb}_credit_memos_bulk", one, items, "credits", "creditMemos", **more)


ARCHIVE_CREDIT = ArchiveDocument(
    "bill_archive_credit_memo", CREDIT, "creditMemoId", "BILL no longer sets off {total} that we owe {party}."
)
RESTORE_CREDIT = ArchiveDocument(
    "bill_restore_credit_memo",
    CREDIT,
    "creditMemoId",
    "BILL lists {total} that we owe {party} again.",
    archives=False,
)

JUDGES: Mapping[str, Judge] = {
    "create_invoice": INVOICE,
    "replace_invoice": ChangeDocument("bill_replace_invoice", INVOICE, "invoiceId", replaces=True),
    "update_invoice": ChangeDocument("bill_update_invoice", INVOICE, "invoiceId"),
    "archive_invoice": ArchiveDocument(
        "bill_archive_invoice", INVOICE, "invoiceId", "BILL no longer lists {total} as owed by {party}."
    ),
    "restore_invoice": ArchiveDocument(
        "bill_restore_invoice",
        INVOICE,
        "invoiceId",
        "BILL lists {total} as owed by {party} again.",
        archives=False,
    ),
    "create_credit_memo": CREDIT,
    "replace_credit_memo": _credit("replace", "creditMemoId"),
    "update_credit_memo": _credit("update", "creditMemoId"),
    "archive_credit_memo": ARCHIVE_CREDIT,
    "restore_credit_memo": RESTORE_CREDIT,
    "create_credit_memos_bulk": _credits("create", CREDIT, learned=knowing_customers),
    "replace_credit_memos_bulk": _credits("replace", _credit("replace", "id")),
    "update_credit_memos_bulk": _credits("update", _credit("update", "id")),
    "archive_credit_memos_bulk": _credits("archive", ARCHIVE_CREDIT, "ids", wrap=by_id),
    "restore_credit_memos_bulk": _credits("restore", RESTORE_CREDIT, "ids", wrap=by_id),
    "create_recurring_invoice": RECURRING,
    "replace_recurring_invoice": ChangeDocument(
        "bill_replace_recurring_invoice", RECURRING, "recurringInvoiceId", replaces=True
    ),
    "update_recurring_invoice": ChangeDocument(
        "bill_update_recurring_invoice", RECURRING, "recurringInvoiceId"
    ),
    "archive_recurring_invoice": ArchiveDocument(
        "bill_archive_recurring_invoice",
        RECURRING,
        "recurringInvoiceId",
        "BILL makes no more invoices over {total} for {party}.",
    ),
    "restore_recurring_invoice": ArchiveDocument(
        "bill_restore_recurring_invoice",
        RECURRING,
        "recurringInvoiceId",
        "BILL makes invoices over {total} for {party} again.",
        archives=False,
    ),
}
