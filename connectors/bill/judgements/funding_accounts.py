"""The bank accounts we pay from: added, proved to be ours, given to users, changed and put away."""

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.bill.judgements.common import Raw, now_text
from connectors.bill.judgements.kinds import RecordKind
from connectors.bill.judgements.single import CreateRecord, ShelveRecord, UpdateRecord
from connectors.errors import NotFoundError
from connectors.hiding import dotted
from connectors.judgements import NOTHING, card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Judge, Money, Read, Snapshot, Verdict

ACCOUNT = RecordKind("bank_account", names=("bankName", "nameOnAccount"))
NO_MONEY = Money(None, None, "none")


class CreateOurAccount(CreateRecord):
    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterable[Flag]:
        number = dotted(arguments["bankAccountNumber"])
        detail = f"Once it is verified, money can be paid from {number} and customers can pay into it."
        yield Flag("high", "A new account of ours", detail)


class UpdateOurAccount(UpdateRecord):
    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterable[Flag]:
        if arguments.get("isReceivablesDefault"):
            yield Flag("high", "Customers pay here", "What customers pay goes to this account from now on.")


class ArchiveOurAccount(ShelveRecord):
    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterable[Flag]:
        yield Flag("high", "Nothing is paid from it any more", "Payments scheduled from it may fail.")


class VerifyAccount:
    operation = "bill_verify_bank_account"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        return _account(read, arguments["bankAccountId"], {})

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        status, amount, flags = str(before.fields["standing"]), arguments["depositAmount"], []
        if status != "PENDING":
            detail = f"The account is {status} in BILL; only a pending one is verified."
            flags.append(Flag("blocked", "Nothing to verify", detail))
        flags.append(Flag("caution", "Three tries", "After three wrong amounts BILL blocks the account."))
        return Expectation(
            sentence=card(self.operation, account=before.title, amount=amount),
            summary=f"With the right amount {before.title} is verified, and money can be paid from it.",
            money=NO_MONEY,
            goes_to="BILL",
            undo=undo(self.operation),
            changes=(
                Change("Deposit", NOTHING, amount, "sent"),
                Change("Status", status, "VERIFIED, if the amount is right", "vendor_decides"),
            ),
            flags=tuple(flags),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        now = _account(read, attempt.before.key, {})
        status, after = now.fields["standing"], {"standing": now.fields["standing"]}
        answer = attempt.answer if isinstance(attempt.answer, Mapping) else {}
        if status == "VERIFIED":
            return Verdict("took", f"BILL shows {now.title} as verified.", after=after)
        if answer.get("verified") is False or status == "BLOCKED":
            return Verdict(
                "refused", f"The amount was wrong; BILL shows {now.title} as {status}.", after=after
            )
        # A wrong amount leaves no trace but one try less, which BILL does not show.
        return Verdict("cannot_tell", f"BILL shows {now.title} as {status}.", after=after)


class NominateUser:
    operation = "bill_nominate_bank_account_user"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        user = read("bill_get_user", {"userId": arguments["userId"]})
        fields = {"user": f"{user.get('firstName', '')} {user.get('lastName', '')}".strip() or user["id"]}
        rows = _users(read, arguments["bankAccountId"])
        mine = [row for row in rows if row.get("userId") == arguments["userId"] and not row.get("archived")]
        fields["users"] = ", ".join(f"{row.get('verificationStatus')} ({row['id']})" for row in mine)
        return _account(read, arguments["bankAccountId"], fields)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        user, flags = str(before.fields["user"]), []
        if before.fields["standing"] != "VERIFIED":
            detail = f"{before.title} is {before.fields['standing']} in BILL; it must be verified first."
            flags.append(Flag("blocked", "The account is not verified", detail))
        if before.fields["users"]:
            detail = f"BILL has {user} at the account already: {before.fields['users']}."
            flags.append(Flag("blocked", "There already", detail))
        detail = f"Once verified, {user} can pay vendors from {before.title}. BILL mails {user}."
        flags.append(Flag("high", "One more who can pay", detail))
        return Expectation(
            sentence=card(self.operation, user=user, account=before.title),
            summary=f"BILL asks {user} to be verified for {before.title}. No money moves.",
            money=NO_MONEY,
            goes_to=user,
            undo=undo(self.operation),
            changes=(Change("May pay from it", NOTHING, user, "sent"),),
            flags=tuple(flags),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        now, before = self.look(read, attempt.arguments), attempt.before
        if now.fields["users"] and now.fields["users"] != before.fields["users"]:
            sentence = f"BILL shows {now.fields['user']} at {now.title}: {now.fields['users']}."
            return Verdict("took", sentence, after={"users": now.fields["users"]})
        return Verdict("absent", f"BILL does not show {now.fields['user']} at {now.title}.")


class ArchiveUser:
    operation = "bill_archive_bank_account_user"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        key = arguments["bankAccountUserId"]
        place = next((row for row in _users(read) if row["id"] == key), None)
        if place is None:
            raise NotFoundError(f"BILL lists no user {key} of a bank account.", vendor="BILL")
        account = _account(read, place["bankAccountId"], {})
        fields = {
            "user": place.get("userId", ""),
            "account": account.title,
            "standing": "ARCHIVED" if place.get("archived") else str(place.get("verificationStatus")),
        }
        title = f"{fields['user']} at {account.title}"
        return Snapshot("bank_account_user", key, title, account.party, fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        user, account = str(before.fields["user"]), str(before.fields["account"])
        flags: tuple[Flag, ...] = ()
        if before.fields["standing"] == "ARCHIVED":
            flags = (Flag("blocked", "Nothing changes", f"{user} is off the account already."),)
        return Expectation(
            sentence=card(self.operation, user=user, account=account),
            summary=f"{user} can pay from {account} no more. No money moves.",
            money=NO_MONEY,
            goes_to="BILL",
            undo=undo(self.operation),
            changes=(Change("Standing", str(before.fields["standing"]), "ARCHIVED", "sent"),),
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        now = self.look(read, attempt.arguments)
        if now.fields["standing"] == "ARCHIVED":
            return Verdict("took", f"BILL shows {now.title} as archived.", after={"standing": "ARCHIVED"})
        return Verdict("absent", f"BILL still shows {now.title} as {now.fields['standing']}.")


def _account(read: Read, key: str, more: Mapping[str, Any]) -> Snapshot:
    account = read("bill_get_bank_account", {"bankAccountId": key})
    title = f"{account.get('bankName', 'bank account')} {dotted(str(account.get('accountNumber', '')))}"
    standing = "ARCHIVED" if account.get("archived") else str(account.get("status", "UNDEFINED"))
    party = str(account.get("nameOnAccount", ""))
    return Snapshot("bank_account", key, title, party, {"standing": standing, **more}, now_text())


def _users(read: Read, account: str = "") -> list[Raw]:
    narrowed = {"bankAccountId": account} if account else {}
    found, after = [], None
    while True:
        rows = read(
            "bill_list_bank_account_users", narrowed | {"limit": 500} | ({"after": after} if after else {})
        )
        found += rows
        if not (after := rows.next):
            return found


JUDGES: Mapping[str, Judge] = {
    "create_bank_account": CreateOurAccount(ACCOUNT, "create"),
    "update_bank_account": UpdateOurAccount(ACCOUNT, "update"),
    "archive_bank_account": ArchiveOurAccount(ACCOUNT, "archive"),
    "verify_bank_account": VerifyAccount(),
    "nominate_bank_account_user": NominateUser(),
    "archive_bank_account_user": ArchiveUser(),
}
