"""Changing a customer, putting it away and back, and telling BILL that it may be charged."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.bill.judgements.common import Raw, now_text
from connectors.bill.judgements.kinds import RecordKind
from connectors.bill.judgements.received_payments import authorized
from connectors.bill.judgements.single import ShelveRecord, UpdateRecord
from connectors.bill.mapping import customer_record
from connectors.judgements import NOTHING, card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import format_money

CUSTOMER = RecordKind("customer")
IN_WORDS = {True: "Yes", False: "No", None: NOTHING}


class UpdateCustomer(UpdateRecord):
    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        email, now = arguments.get("email"), before.fields.get("e-mail", NOTHING)
        if email and email != now:
            detail = f"BILL mails the invoices of {before.title} to {email} from now on."
            yield Flag("caution", "Invoices go to another address", detail)


class ShelveCustomer(ShelveRecord):
    """What the customer still owes is told."""

    def _snapshot(self, read: Read, record: Raw, fields: Mapping[str, Any]) -> Snapshot:
        shown = customer_record(record).fields
        owed = {name: shown[name] for name in ("balance_minor", "currency")}
        return super()._snapshot(read, record, {**fields, **owed})

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        if self.archives and (balance := before.fields["balance_minor"]):
            owed = format_money(balance, before.fields["currency"])
            yield Flag("caution", "Still owes", f"BILL lists {owed} as owed by {before.title}.")


class SetChargeAuthorization:
    operation = "bill_set_customer_charge_authorization"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        key = arguments["customerId"]
        customer = read("bill_get_customer", {"customerId": key})
        fields = {"authorized": authorized(read, key), "is_archived": bool(customer.get("archived"))}
        return Snapshot("customer", key, customer["name"], customer["name"], fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        allows, now = arguments["authorizedToCharge"], before.fields["authorized"]
        words = "allows" if allows else "no longer allows"
        return Expectation(
            sentence=card(self.operation, customer=before.party, allows=words),
            summary=f"BILL notes that {before.party} {words} us to take what it owes from its bank account. "
            "Nothing is charged by this.",
            money=Money(None, None, "none"),
            goes_to="BILL",
            undo=undo(self.operation),
            changes=(Change("Allows being charged", IN_WORDS[now], IN_WORDS[allows], "sent"),),
            flags=tuple(self._flags(before, allows)),
        )

    def _flags(self, before: Snapshot, allows: bool) -> Iterator[Flag]:
        if before.fields["authorized"] is allows:
            yield Flag("blocked", "Nothing changes", f"BILL has noted that for {before.party} already.")
        if allows:
            detail = f"Be sure to hold the permission of {before.party} in writing; its bank may ask for it."
            yield Flag("high", "Lets us charge the customer", detail)
        if before.fields["is_archived"]:
            yield Flag("caution", "The customer is archived", f"{before.party} is archived in BILL.")

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        now, wanted = authorized(read, attempt.before.key), attempt.arguments["authorizedToCharge"]
        party, after = attempt.before.party, {"authorized": now}
        if now is None:
            return Verdict("cannot_tell", f"BILL does not say whether {party} allows being charged.")
        words = "allows" if now else "does not allow"
        kind = "took" if now is wanted else "absent"
        if kind == "took" and attempt.before.fields["authorized"] is wanted and not attempt.accepted:
            kind = "cannot_tell"
        return Verdict(kind, f"BILL shows that {party} {words} being charged.", after=after)


JUDGES = {
    "update_customer": UpdateCustomer(CUSTOMER, "update"),
    "archive_customer": ShelveCustomer(CUSTOMER, "archive"),
    "restore_customer": ShelveCustomer(CUSTOMER, "restore"),
    "set_customer_charge_authorization": SetChargeAuthorization(),
}
