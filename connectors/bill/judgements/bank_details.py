"""Where a vendor's money goes: the change that thieves ask for. Numbers are compared by their last four."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.bill.judgements.common import Raw, now_text, same_words
from connectors.errors import ArgumentsError, NotFoundError
from connectors.hiding import dotted
from connectors.judgements import NOTHING, card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict

NO_MONEY = Money(None, None, "none")
# Argument → what BILL calls it, and the label of the card.
PARTS = {
    "nameOnAccount": ("nameOnAccount", "Account holder"),
    "bankAccountNumber": ("accountNumber", "Account number"),
    "bankRoutingNumber": ("routingNumber", "Routing number"),
    "bankAccountType": ("type", "Kind of account"),
    "bankAccountOwner": ("ownerType", "Held by a"),
    "paymentCurrency": ("paymentCurrency", "Paid in"),
}
VERIFYING = "BILL takes two business days to verify the account; payments can be dated only after that."


def is_whole(arguments: Mapping[str, Any]) -> None:
    """Raises ArgumentsError for bank details without the number they are about, or without its holder."""
    given = [name for name in (*PARTS, "regulatoryFields") if name in arguments]
    missing = [name for name in ("nameOnAccount", "bankAccountNumber") if name not in arguments]
    if given and missing:
        raise ArgumentsError([f"{name} is missing: bank details are given whole." for name in missing])


def bank_changes(arguments: Mapping[str, Any], there: Raw) -> Iterator[Change]:
    for name, (part, label) in PARTS.items():
        if name in arguments:
            yield Change(label, shown_part(part, there) or NOTHING, _asked(name, arguments), "sent")
    for field in arguments.get("regulatoryFields", ()):
        yield Change(field["name"], NOTHING, field["value"], "sent")


def bank_flags(vendor: str, *, differs: bool) -> Iterator[Flag]:
    detail = f"Call {vendor} on a number known from before, not one from the request. {VERIFYING}"
    yield Flag("high", "Other bank details" if differs else "Bank details", detail)


def shown_part(part: str, there: Raw) -> str:
    value = str(there.get(part) or "")
    return dotted(value) if part == "accountNumber" and value else value


def bank_account(read: Read, vendor: Raw) -> Raw:
    """As BILL shows it, the number's last four alone; empty where the vendor has none."""
    try:
        return read("bill_get_vendor_bank_account", {"vendorId": vendor["id"]}) or {}
    except NotFoundError:
        return {}


def _look(read: Read, vendor_id: str) -> Snapshot:
    vendor = read("bill_get_vendor", {"vendorId": vendor_id})
    there = bank_account(read, vendor)
    fields = {
        "name": vendor["name"],
        "is_archived": bool(vendor.get("archived")),
        "payee": (vendor.get("paymentInformation") or {}).get("payeeName", ""),
        **{_field(part): shown_part(part, there) for part, _ in PARTS.values()},
    }
    return Snapshot("vendor", vendor_id, vendor["name"], vendor["name"], fields, now_text())


class CreateBankAccount:
    """In a plan it comes after the deletion of the account before, which is there while this is proposed."""

    operation = "bill_create_vendor_bank_account"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        return _look(read, arguments["vendorId"])

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        there = _there(before)
        account = dotted(arguments["bankAccountNumber"])
        return Expectation(
            sentence=card(self.operation, vendor=before.party, account=account),
            summary=f"Payments to {before.party} go to {account} from now on. No money moves by this.",
            money=NO_MONEY,
            goes_to=f"{arguments['nameOnAccount']}, {account}",
            undo=undo(self.operation),
            changes=tuple(bank_changes(arguments, there)),
            flags=tuple(self._flags(before, arguments, there)),
        )

    def _flags(self, before: Snapshot, arguments: Mapping[str, Any], there: Raw) -> Iterator[Flag]:
        others = [
            label for name, part, label in _parts(arguments) if not same_words(part, there.get(name, ""))
        ]
        if there and others:
            detail = f"{before.party} has {there['accountNumber']} now; other: {', '.join(others).lower()}."
            yield Flag("high", "Differs from what is there", detail)
        elif there:
            detail = (
                f"What can be compared of the account, its last four among it, is the same at {before.party}."
            )
            yield Flag("caution", "The same as what is there", detail)
        if there:
            detail = "BILL keeps one account a vendor: the one that is there must be deleted first."
            yield Flag("caution", "There is an account already", detail)
        yield from bank_flags(before.party, differs=bool(there and others))
        if not same_words(arguments["nameOnAccount"], before.party):
            detail = f"The account is held by {arguments['nameOnAccount']}, the vendor is {before.party}."
            yield Flag("high", "Held by another name", detail)
        if before.fields["is_archived"]:
            yield Flag("caution", "The vendor is archived", f"{before.party} is archived in BILL.")

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        """The last four and the rest of it; an account alike from before proves nothing."""
        now = _look(read, attempt.before.key)
        after = {"account": now.fields["account"], "name_on_account": now.fields["name_on_account"]}
        there, earlier = _there(now), _there(attempt.before)
        if not there:
            return Verdict("absent", f"BILL shows no bank account of {now.party}.", after=after)
        others = [
            label for name, part, label in _parts(attempt.arguments) if _is_other(there.get(name), part)
        ]
        if others and there == earlier:
            return Verdict("absent", f"BILL shows the account of {now.party} as it was.", after=after)
        if others:
            sentence = f"BILL shows {there['accountNumber']} at {now.party}, but “{others[0]}” is another."
            return Verdict("cannot_tell", sentence, after=after)
        if attempt.answer is None and there == earlier:
            return Verdict("cannot_tell", f"BILL showed the same account of {now.party} before.", after=after)
        return Verdict("took", f"BILL pays {now.party} to {there['accountNumber']}.", after=after)


class DeleteBankAccount:
    operation = "bill_delete_vendor_bank_account"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        return _look(read, arguments["vendorId"])

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        account = str(before.fields["account"])
        flags = (
            Flag("high", "Electronic payments stop", f"{before.party} can be paid by check until then."),
        )
        if not account:
            flags = (Flag("blocked", "No account", f"BILL shows no bank account of {before.party}."),)
        return Expectation(
            sentence=card(self.operation, vendor=before.party, account=account),
            summary=f"BILL forgets the bank account of {before.party}. No money moves by this.",
            money=NO_MONEY,
            goes_to=before.party,
            undo=undo(self.operation),
            changes=tuple(
                Change(label, shown, "Deleted", "expected")
                for part, label in PARTS.values()
                if (shown := str(before.fields[_field(part)]))
            ),
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        account = _look(read, attempt.before.key).fields["account"]
        if not account:
            return Verdict("took", f"BILL shows no bank account of {attempt.before.party}.")
        if account == attempt.before.fields["account"]:
            return Verdict("absent", f"BILL still shows {account}.", after={"account": account})
        return Verdict("cannot_tell", f"BILL shows another account, {account}.", after={"account": account})


def _parts(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What BILL calls each part that is asked for, as it would show it, and the part's label."""
    for name, (part, label) in PARTS.items():
        if name in arguments:
            yield part, _asked(name, arguments), label


def _asked(name: str, arguments: Mapping[str, Any]) -> str:
    return dotted(arguments[name]) if name == "bankAccountNumber" else str(arguments[name])


def _is_other(shown: str | None, asked: str) -> bool:
    """What is not shown says nothing."""
    return bool(shown) and not same_words(str(shown), asked)


def _there(before: Snapshot) -> dict[str, str]:
    parts = {part: str(before.fields[_field(part)]) for part, _ in PARTS.values()}
    return {part: text for part, text in parts.items() if text}


def _field(part: str) -> str:
    names = {
        "accountNumber": "account",
        "routingNumber": "routing_number",
        "nameOnAccount": "name_on_account",
        "type": "account_type",
        "ownerType": "account_owner",
        "paymentCurrency": "payment_currency",
    }
    return names[part]
