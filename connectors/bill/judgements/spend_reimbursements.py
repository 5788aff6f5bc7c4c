"""Reimbursements of Spend & Expense: approving one is money out, to the user who paid."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from connectors.bill.judgements.common import Raw, now_text
from connectors.bill.judgements.single import CreateRecord
from connectors.bill.judgements.spend_cards import in_named_budget
from connectors.bill.judgements.spend_fields import ReceiptJudge, UploadAddress
from connectors.bill.judgements.spending import (
    NO_MONEY,
    DeleteRetiring,
    SpendKind,
    UpdateRetiring,
    budget_name,
    dollars,
    user_name,
)
from connectors.bill.mapping import HOME_CURRENCY
from connectors.errors import ArgumentsError
from connectors.judgements import card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import to_minor

REIMBURSEMENT = SpendKind(
    "reimbursement",
    names=("merchantName",),
    places={"customFields": (), "receipts": ()},
    note="Nothing is paid by this.",
)
# After these nobody approves or denies any more; the first states of a new one are not documented.
DECIDED = {"APPROVED", "READY_TO_PAY", "PAID", "PAYMENT_FAILED", "ARCHIVED", "DENIED"}
TO_BE_PAID = {"APPROVED", "AWAITING_TIER2_APPROVAL", "READY_TO_PAY", "PAID", "PAYMENT_FAILED"}
WORDS = {"APPROVE": "Approve", "DENY": "Deny"}


class WithAmount:
    def words(self, before: Snapshot) -> Mapping[str, str]:
        return {**super().words(before), "amount": str(before.fields["amount_words"])}


class Create(WithAmount, CreateRecord):
    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments, "receipts")  # an earlier step gives the address of the picture
        check_amount(arguments)
        before = super().look(read, arguments)
        user, budget = user_name(read, arguments["userId"]), budget_name(read, arguments["budgetId"])
        more = {"user": user, "budget": budget, "amount_words": dollars(arguments["amount"])}
        return replace(before, party=user, fields=before.fields | more)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        told = in_named_budget(super().expect(before, arguments), before)
        money = Money(to_minor(arguments["amount"], HOME_CURRENCY), HOME_CURRENCY, "stays")
        return replace(told, money=money, goes_to=before.party)


class Update(WithAmount, UpdateRetiring):
    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        check_amount(arguments)
        before, now = super().look(read, arguments), self._record(read, arguments)
        more = {"status": now.get("status"), "amount_words": dollars(now["amount"])}
        return replace(before, fields={"amount": str(now["amount"])} | before.fields | more)

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        yield from super().more_flags(before, arguments)
        yield from decided(before)


class Delete(WithAmount, DeleteRetiring):
    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        before, now = super().look(read, arguments), self._record(read, arguments)
        return replace(before, fields=before.fields | {"amount_words": dollars(now["amount"])})

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterable[Flag]:
        yield from super().more_flags(before, arguments)
        yield from decided(before)


class Decide:
    operation = "bill_approve_or_deny_reimbursement"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        record = read("bill_get_reimbursement", {"reimbursementId": arguments["reimbursementId"]})
        user = user_name(read, record["userId"])
        fields = {
            "status": record.get("status"),
            "archived": bool(record.get("retired")),
            "amount": str(record["amount"]),
            "user": user,
            "budget": budget_name(read, record["budgetId"]),
            "receipts": len(record.get("receipts") or ()),
            "history": len(record.get("statusHistory") or ()),
        }
        title = str(record.get("merchantName") or record["id"])
        return Snapshot("reimbursement", record["id"], title, user, fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        fields, approves = before.fields, arguments["action"] == "APPROVE"
        amount = dollars(fields["amount"])
        money = Money(to_minor(str(fields["amount"]), HOME_CURRENCY), HOME_CURRENCY, "out")
        flags = list(decided(before))
        if fields["archived"]:
            flags.append(Flag("blocked", "It is deleted", "The reimbursement is deleted in BILL."))
        if approves and not fields["receipts"]:
            flags.append(Flag("caution", "No receipt", "The reimbursement has no receipt."))
        pays = f"BILL pays {before.party} {amount} out of budget {fields['budget']}."
        return Expectation(
            sentence=card(
                self.operation,
                action=WORDS[arguments["action"]],
                amount=amount,
                name=before.title,
                party=before.party,
            ),
            summary=pays if approves else f"{before.party} does not get {amount} back. No money moves.",
            money=money if approves else NO_MONEY,
            goes_to=before.party,
            undo=undo(self.operation),
            changes=(Change("Status", str(fields["status"]), arguments["action"], "sent"),),
            flags=tuple(flags),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        """By the status: what is not known to follow on either action settles nothing."""
        now = self.look(read, attempt.arguments)
        status, after = now.fields["status"], {"status": now.fields["status"]}
        told = f"BILL shows the reimbursement at {now.title} as {status}."
        if (
            status == attempt.before.fields["status"]
            and now.fields["history"] == attempt.before.fields["history"]
        ):
            return Verdict("absent", told, after=after)
        wanted = TO_BE_PAID if attempt.arguments["action"] == "APPROVE" else {"DENIED", "REJECTED"}
        return Verdict("took" if status in wanted else "cannot_tell", told, after=after)


def decided(before: Snapshot) -> Iterator[Flag]:
    if before.fields["status"] in DECIDED:
        yield Flag("blocked", "It is decided", f"BILL shows it as {before.fields['status']}.")


def check_amount(arguments: Raw) -> None:
    try:
        to_minor(str(arguments.get("amount", 0)), HOME_CURRENCY)
    except (TypeError, ValueError):
        raise ArgumentsError(["amount must be dollars and cents such as 12.50."]) from None


def read_whole(read: Read, key: str) -> Raw:
    return read("bill_get_reimbursement", {"reimbursementId": key})


def words(record: Raw) -> Mapping[str, str]:
    return {"amount": dollars(record["amount"]), "name": str(record.get("merchantName") or record["id"])}


def receipt_judge(operation: str, *, adds: bool) -> ReceiptJudge:
    return ReceiptJudge(operation, "reimbursementId", read_whole, words, "reimbursement", adds)


JUDGES = {
    "create_reimbursement": Create(REIMBURSEMENT, "create"),
    "update_reimbursement": Update(REIMBURSEMENT, "update"),
    "delete_reimbursement": Delete(REIMBURSEMENT, "delete"),
    "approve_or_deny_reimbursement": Decide(),
    "create_reimbursement_upload_url": UploadAddress("bill_create_reimbursement_upload_url"),
    "add_reimbursement_receipt": receipt_judge("bill_add_reimbursement_receipt", adds=True),
    "delete_reimbursement_receipt": receipt_judge("bill_delete_reimbursement_receipt", adds=False),
}
