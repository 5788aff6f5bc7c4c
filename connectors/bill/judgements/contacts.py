"""Adding a person to a customer, which an earlier step of the same plan may be about to make."""

from collections.abc import Mapping
from typing import Any

from connectors.bill.judgements.common import (
    LIMIT,
    Raw,
    differing,
    now_text,
    step_of,
)
from connectors.judgements import card, only_reference, sent_changes, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict

LABELS = {
    "firstName": "First name",
    "lastName": "Last name",
    "email": "E-mail",
    "phone": "Telephone",
    "altPhone": "Other telephone",
    "alternateEmail": "Other e-mail",
}


class ContactJudge:
    operation = "bill_create_customer_contact"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments, "customerId")
        step = step_of(arguments["customerId"])
        if step is not None:
            title = f"the customer that step {step} creates"
            fields = {"is_archived": False, "same_email": ""}
            return Snapshot("customer", "", title, title, fields, now_text())
        key = arguments["customerId"]
        customer = read("bill_get_customer", {"customerId": key})
        fields = {
            "is_archived": bool(customer.get("archived")),
            "same_email": ", ".join(_person(row) for row in with_email(read, key, arguments["email"])),
        }
        return Snapshot("customer", key, customer["name"], customer["name"], fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        flags = []
        if before.fields.get("same_email"):
            detail = f"{before.title} already has a contact with that address: {before.fields['same_email']}."
            flags.append(Flag("blocked", "Each address can be there once", detail))
        if before.fields.get("is_archived"):
            flags.append(Flag("caution", "The customer is archived", f"{before.title} is archived in BILL."))
        person = _person(arguments)
        return Expectation(
            sentence=card(self.operation, person=person, customer=before.title),
            summary=f"BILL lists {person} among the people at {before.title}. No money moves.",
            money=Money(None, None, "none"),
            goes_to=before.title,
            undo=undo(self.operation),
            changes=(
                Change("Customer", "—", before.title, "sent"),
                *sent_changes(arguments, LABELS),
            ),
            flags=tuple(flags),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        """E-mail addresses are unique within a customer: the contact is there once, or not at all."""
        rows = with_email(read, attempt.arguments["customerId"], attempt.arguments["email"])
        if not rows:
            return Verdict("absent", "BILL shows no such contact made since the request was sent.")
        if len(rows) > 1:
            return Verdict("cannot_tell", f"BILL shows {' and '.join(map(_person, rows))}.")
        sent = {name: attempt.arguments[name] for name in LABELS if name in attempt.arguments}
        if other := differing(sent, rows[0]):
            return Verdict("cannot_tell", f"BILL shows {_person(rows[0])}, but “{LABELS[other]}” is another.")
        return _told(rows[0])


def with_email(read: Read, customer_id: str, email: str) -> list[Raw]:
    # No filter by `archived` is documented for contacts: one that BILL lists counts as there.
    rows = read("bill_list_customer_contacts", {"customerId": customer_id, "limit": LIMIT})
    return [row for row in rows if (row.get("email") or "").casefold() == email.casefold()]


def _person(given: Raw) -> str:
    name = " ".join(given[part] for part in ("firstName", "lastName") if given.get(part))
    return f"{name} <{given['email']}>" if name else given["email"]


def _told(found: Raw) -> Verdict:
    return Verdict(
        "took", f"BILL shows contact {_person(found)}.", {"id": found["id"]}, {"email": found["email"]}
    )


JUDGES = {"create_customer_contact": ContactJudge()}
