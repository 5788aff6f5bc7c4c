"""Creating a customer."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.billsby import mapping
from connectors.billsby.judgements.wording import (
    billsby_decides,
    get_customer,
    known,
    sent,
    snapshot,
)
from connectors.judgements import card, undo, verdict
from connectors.judging import Attempted, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.registry import Record

ADDRESS = ("addressLine1", "addressLine2", "postCode", "city", "state", "country")
LABELS = {
    "firstName": "first name",
    "lastName": "last name",
    "email": "e-mail address",
    "addressLine1": "street",
    "addressLine2": "second line of the address",
    "postCode": "post code",
    "city": "city",
    "state": "state",
    "country": "country",
}
SEARCHED = 200


class CreateCustomer:
    """Billsby takes the same e-mail twice, so the judge looks for it before and after."""

    operation = "billsby_create_customer"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        there = with_email(read, arguments)
        fields = {"same_email": " ".join(sorted(record.vendor_id for record in there))}
        name = full_name(arguments)
        return snapshot("customer", "", title=f"new customer {name}", party=name, fields=fields)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        there = str(before.fields["same_email"])
        address = ", ".join(str(arguments[name]) for name in ADDRESS if arguments.get(name))
        flags: tuple[Flag, ...] = ()
        if there:
            detail = f"Billsby already has {there} with {arguments['email']} and would keep both."
            flags = (Flag("high", "Same e-mail address", detail),)
        return Expectation(
            sentence=card(self.operation, name=before.party),
            summary=f"Billsby gets a new customer, {before.party}, without card and subscription. "
            "Nothing is charged.",
            money=Money(None, None, "none"),
            goes_to="No money moves",
            undo=undo(self.operation),
            changes=(
                sent("Name", before.party),
                sent("E-mail", arguments["email"]),
                sent("Address", address),
                billsby_decides("Customer id"),
            ),
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        answer = attempt.answer if isinstance(attempt.answer, dict) else {}
        seen = str(attempt.before.fields["same_email"]).split()
        return verdict(
            answer.get("customerUniqueId") or None,
            vendor="Billsby",
            thing="customer",
            get=lambda unique_id: get_customer(read, unique_id),
            search=lambda: with_email(read, attempt.arguments),
            alike=lambda record: record.vendor_id not in seen,
            differs=lambda record: _difference(record, attempt.arguments),
            named=lambda record: f"customer {record.vendor_id}",
            told=_created,
        )


def _difference(record: Record, arguments: Mapping[str, Any]) -> str:
    shown = {**record.raw, **(record.raw.get("billingAddress") or {})}
    if not re.fullmatch("[A-Z]{3}", str(shown.get("country"))):
        shown.pop("country", None)  # answers may spell it out, and then it cannot be compared
    for name, label in LABELS.items():
        if name in arguments and name in shown and not _is_same(arguments[name], shown[name]):
            return f"its {label} is {shown[name] or 'missing'}"
    return ""


def _is_same(sent: object, shown: object) -> bool:
    left, right = (" ".join(str(value or "").casefold().split()) for value in (sent, shown))
    return left == right


def _created(record: Record) -> Verdict:
    unique_id = record.vendor_id
    results = {"id": unique_id, "customerUniqueId": unique_id}
    return Verdict("took", f"Customer {unique_id} was created.", results, {"status": record.fields["status"]})


def with_email(read: Read, arguments: Mapping[str, Any]) -> list[Record]:
    """Customers with that e-mail. Search is promised for names and seen to find e-mails: both are asked."""
    email = str(known(arguments, "email")).casefold()
    found: dict[str, Record] = {}
    for words in (known(arguments, "email"), known(arguments, "lastName")):
        for row in read("billsby_list_customers", {"search": words, "limit": SEARCHED}):
            record = mapping.customer(row)
            if record.fields["email"].casefold() == email:
                found[record.vendor_id] = record
    return list(found.values())


def full_name(arguments: Mapping[str, Any]) -> str:
    return f"{known(arguments, 'firstName')} {known(arguments, 'lastName')}"
