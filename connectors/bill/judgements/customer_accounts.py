"""The bank accounts that customers are charged from: numbers are compared, and shown, by their last four."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from connectors.bill.judgements.common import Raw, step_of
from connectors.bill.judgements.kinds import Owner, RecordKind
from connectors.bill.judgements.single import CreateRecord, ShelveRecord, UpdateRecord
from connectors.hiding import dotted
from connectors.judging import Expectation, Flag, Read, Snapshot

CUSTOMER = Owner("customer", "customerId")
ACCOUNT = RecordKind(
    "customer_bank_account",
    names=("nameOnAccount",),
    key="bankAccountId",
    owner=CUSTOMER,
    words="bank account",
)
NUMBER = "bankAccountNumber"
MISUSE = "Nothing is charged by this. Charges go to it from now on, once it is verified."


def account_words(record: Raw) -> str:
    """ "Acme Corp ••••7890"."""
    number = str(record.get("accountNumber") or "")
    return f"{record.get('nameOnAccount') or '?'} {dotted(number) if number else 'without a number'}"


class CreateAccount(CreateRecord):
    """`accounts`: those of the customer that are in use."""

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        before = super().look(read, arguments)
        known = step_of(arguments["customerId"]) is None
        rows = self.kind.rows(read, arguments) if known else []
        accounts = ", ".join(account_words(row) for row in rows if not row.get("archived"))
        key = arguments["customerId"] if known else ""
        return replace(before, key=key, fields={**before.fields, "accounts": accounts})

    def words(self, before: Snapshot) -> Mapping[str, str]:
        return {"party": before.party, "account": str(before.fields["account"])}

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        account = f"{arguments['nameOnAccount']} {dotted(arguments[NUMBER])}"
        before = replace(before, fields={**before.fields, "account": account, "same_name": ""})
        return super().expect(before, arguments)

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        there = str(before.fields["accounts"])
        if there and dotted(arguments[NUMBER]) in there:
            yield Flag("caution", "The same as what is there", f"{before.party} has {there} already.")
        elif there:
            yield Flag("high", "Differs from what is there", f"{before.party} has {there} now.")
        yield careful(before.party)


class UpdateAccount(UpdateRecord):
    """`accounts`: the account as it stood."""

    def _record(self, read: Read, arguments: Raw) -> Raw:
        return {**super()._record(read, arguments), "customerId": arguments["customerId"]}

    def _snapshot(self, read: Read, record: Raw, fields: Mapping[str, Any]) -> Snapshot:
        return super()._snapshot(read, record, {**fields, "accounts": account_words(record)})

    def words(self, before: Snapshot) -> Mapping[str, str]:
        return {"party": before.party, "account": str(before.fields["accounts"])}

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        there = str(before.fields["accounts"])
        if NUMBER not in arguments:
            return
        if dotted(arguments[NUMBER]) in there:
            detail = f"The last four of {there} are the same; more of a number cannot be compared."
            yield Flag("caution", "The same as what is there", detail)
        else:
            yield Flag("high", "Differs from what is there", f"It is {there} now.")
        yield careful(before.party)


class ArchiveAccount(ShelveRecord):
    """`accounts`: the account as it stood. Only the older interface shows whose it is."""

    def _record(self, read: Read, arguments: Raw) -> Raw:
        return {"customerId": arguments.get("customerId"), **super()._record(read, arguments)}

    def _snapshot(self, read: Read, record: Raw, fields: Mapping[str, Any]) -> Snapshot:
        return super()._snapshot(read, record, {**fields, "accounts": account_words(record)})

    def words(self, before: Snapshot) -> Mapping[str, str]:
        return {"party": before.party, "account": str(before.fields["accounts"])}

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        detail = f"Without another account {before.party} cannot be charged."
        yield Flag("caution", "Charges stop", detail)


def careful(party: str) -> Flag:
    detail = f"Call {party} on a number known from before. BILL takes up to two business days to verify it."
    return Flag("high", "Bank details", detail)


JUDGES = {
    "create_customer_bank_account": CreateAccount(ACCOUNT, "create"),
    "update_customer_bank_account": UpdateAccount(ACCOUNT, "update"),
    "archive_customer_bank_account": ArchiveAccount(ACCOUNT, "archive"),
}
