"""Customers, the people at them and their bank accounts, through BILL's older interface."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from connectors.bill.judgements.common import Raw, folded, step_of
from connectors.bill.judgements.contacts import with_email
from connectors.bill.judgements.customer_accounts import ACCOUNT, ArchiveAccount, CreateAccount
from connectors.bill.judgements.customer_changes import UpdateCustomer
from connectors.bill.judgements.customers import customers_with, email_flags
from connectors.bill.judgements.each import CreateEach, ShelveEach, UpdateEach
from connectors.bill.judgements.kinds import Owner, RecordKind, Sent
from connectors.bill.judgements.older_kinds import OlderKind
from connectors.bill.judgements.records import judges
from connectors.bill.judgements.single import CreateRecord, ShelveRecord, UpdateRecord
from connectors.judging import Flag, Read, Snapshot

CUSTOMER = OlderKind("customer", note="No money moves and nothing is sent to the customer.")
OWNER = Owner("customer", "customerId")
NAMES = ("firstName", "lastName", "email")
CONTACT = OlderKind(
    "customer_contact",
    words="contact",
    several="contacts",
    key="contactId",
    names=NAMES,
    owner=OWNER,
    newer=RecordKind("customer_contact", names=NAMES, owner=OWNER),
)
BANK_ACCOUNT = OlderKind(
    "customer_bank_account",
    words="bank account",
    key="bankAccountId",
    names=ACCOUNT.names,
    owner=OWNER,
    newer=ACCOUNT,
)


class CreateCustomer(CreateRecord):
    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        before, email = super().look(read, arguments), arguments.get("email", "")
        same = customers_with(read, email) if email else ""
        return replace(before, fields={**before.fields, "same_email": same})

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        return email_flags(before)


class CreateCustomers(CreateEach):
    def marks(self, record: Raw) -> Mapping[str, str]:
        return {"same_name": folded(record["name"]), "same_email": (record.get("email") or "").casefold()}


class UpdateCustomers(UpdateEach):
    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        moved = [
            f"{one[self.kind.key]}: {now} → {one['email']}"
            for one in self._members(arguments)
            if "email" in one and (now := before.fields[f"{one[self.kind.key]} e-mail"]) != one["email"]
        ]
        if moved:
            yield Flag("caution", "Invoices go to other addresses", ", ".join(moved))


class ShelveCustomer(ShelveRecord):
    """`owed`: what the customer still owes."""

    def _snapshot(self, read: Read, record: Raw, fields: Mapping[str, Any]) -> Snapshot:
        return super()._snapshot(read, record, {**fields, "owed": owed_by(record)})

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        if self.archives and (owed := before.fields["owed"]):
            yield Flag("caution", "Still owes", f"BILL lists {owed} as owed by {before.title}.")


class ShelveCustomers(ShelveEach):
    def more_fields(self, records: list[Raw]) -> Mapping[str, Any]:
        owing = [f"{self.kind.named(row)} {owed}" for row in records if (owed := owed_by(row))]
        return {"owing": ", ".join(owing)}

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        if self.archives and (owing := before.fields["owing"]):
            yield Flag("caution", "Some still owe", f"BILL lists as owed: {owing}.")


class CreateContact(CreateRecord):
    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        before, key = super().look(read, arguments), arguments["customerId"]
        rows = with_email(read, key, arguments["email"]) if step_of(key) is None else []
        same = ", ".join(self.kind.named(row) for row in rows if not row.get("archived"))
        return replace(before, fields={**before.fields, "same_email": same})

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        if same := before.fields["same_email"]:
            detail = f"{before.party} already has a contact with that address: {same}."
            yield Flag("blocked", "Each address can be there once", detail)


class CreateContacts(CreateEach):
    """Names are shared by many; an address is one person's at a customer."""

    def marks(self, record: Raw) -> Mapping[str, str]:
        email = (record.get("email") or "").casefold()
        return {"same_name": "", "same_email": f"{email} at {record['customerId']}" if email else ""}


class UpdateContact(UpdateRecord):
    def _sent(self, arguments: Raw) -> list[Sent]:
        """Without the customer, who stays the same."""
        return [one for one in super()._sent(arguments) if one.place != ("customerId",)]


class CreateBankAccount(CreateAccount):
    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        yield from super().more_flags(before, arguments)
        yield Flag(
            "info", "Agrees to BILL's terms", "BILL wants its terms for bank accounts agreed to with it."
        )


def owed_by(record: Raw) -> str:
    """ "120.50 EUR"; BILL may not say the currency."""
    return (
        f"{record['balance']} {record.get('invoiceCurrency') or ''}".strip() if record.get("balance") else ""
    )


JUDGES = {
    **judges(
        CUSTOMER,
        judge_of={
            "create": CreateCustomer,
            "update": UpdateCustomer,
            "delete": ShelveCustomer,
            "undelete": ShelveCustomer,
            "create_bulk": CreateCustomers,
            "update_bulk": UpdateCustomers,
            "delete_bulk": ShelveCustomers,
            "undelete_bulk": ShelveCustomers,
        },
    ),
    **judges(
        CONTACT,
        judge_of={
            "create": CreateContact,
            "update": UpdateContact,
            "delete": ShelveRecord,
            "undelete": ShelveRecord,
            "create_bulk": CreateContacts,
            "update_bulk": UpdateEach,
            "delete_bulk": ShelveEach,
            "undelete_bulk": ShelveEach,
        },
    ),
    **judges(BANK_ACCOUNT, judge_of={"create": CreateBankAccount, "delete": ArchiveAccount}),
}
