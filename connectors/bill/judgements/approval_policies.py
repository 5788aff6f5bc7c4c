"""Which bills need an approval at BILL, and whose. BILL lists the policies and shows no single one."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.bill.judgements.common import Raw, all_rows, now_text, same_words, verdict
from connectors.errors import NotFoundError
from connectors.judgements import NOTHING, card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict

NO_MONEY = Money(None, None, "none")
LIST = "bill_list_approval_policies"
SIGNS = {
    "eq": "is",
    "ne": "is not",
    "gt": "above",
    "gte": "at least",
    "lt": "below",
    "lte": "at most",
    "in": "one of",
    "nin": "none of",
}


def policy_with(read: Read, key: str) -> Raw:
    for row in read(LIST, {}):
        if row.get("id") == key:
            return row
    raise NotFoundError(f"BILL lists no approval policy {key}.", vendor="BILL")


def in_words(policy: Raw) -> dict[str, str]:
    """Asked for or shown: BILL takes lists of values and of user ids, and shows both with names beside."""
    rules = "; ".join(_rule(rule) for rule in policy.get("rules") or ())
    return {
        "Name": policy.get("policyName", ""),
        "Bills": rules,
        "Approvers": ", ".join(approvers(policy)),
    }


def approvers(policy: Raw) -> list[str]:
    given = policy.get("approvers") or ()
    if isinstance(given, Mapping):
        people = [one["userId"] for one in given.get("users") or ()]
        return people + [f"group {one['groupId']}" for one in given.get("groups") or ()]
    return list(given)


def _named_approvers(read: Read, *policies: Raw) -> list[str]:
    """The approvers of each, by name and id; the id alone of whoever BILL does not list."""
    users = {row["id"]: row for row in all_rows(read, "bill_list_users")}

    def named(key: str) -> str:
        user = users.get(key, {})
        name = " ".join(filter(None, (user.get("firstName"), user.get("lastName"))))
        return f"{name} ({key})" if name else key

    return [", ".join(map(named, approvers(policy))) for policy in policies]


def _rule(rule: Raw) -> str:
    values = [one["value"] if isinstance(one, Mapping) else one for one in rule.get("values") or ()]
    sign = SIGNS.get(rule["op"].lower(), rule["op"])
    return f"{rule['key']} {sign} {', '.join(map(_plain, values))}"


def _plain(value: object) -> str:
    """1000 and 1000.00 are the same amount."""
    try:
        return f"{Decimal(str(value)).normalize():f}"
    except InvalidOperation:
        return str(value)


class CreatePolicy:
    operation = "bill_create_approval_policy"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        name = arguments["policyName"]
        rows = read(LIST, {})
        fields = {
            "there": " ".join(row["id"] for row in rows),
            "same_name": ", ".join(row["id"] for row in rows if same_words(row.get("policyName", ""), name)),
            "asked": _named_approvers(read, arguments)[0],
        }
        return Snapshot("approval_policy", "", name, name, fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        flags: tuple[Flag, ...] = (_who_may_pay(),)
        if same := before.fields["same_name"]:
            flags = (Flag("caution", "BILL has a policy of that name", str(same)), *flags)
        return Expectation(
            sentence=card(self.operation, name=before.title),
            summary="BILL asks the approvers about bills that fit before they can be paid. No money moves.",
            money=NO_MONEY,
            goes_to="BILL",
            undo=undo(self.operation),
            changes=tuple(
                Change(label, NOTHING, text, "sent") for label, text in _asked(before, arguments).items()
            ),
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        known, wanted = str(attempt.before.fields["there"]).split(), in_words(attempt.arguments)

        def differs(found: Raw) -> str:
            shown = in_words(found)
            return next((f"“{label}” is another" for label in wanted if shown[label] != wanted[label]), "")

        return verdict(
            attempt,
            thing="approval policy",
            get=lambda key: policy_with(read, key),
            search=lambda: [row for row in read(LIST, {}) if row["id"] not in known],
            alike=lambda row: same_words(row.get("policyName", ""), wanted["Name"]),
            differs=differs,
            told=_told,
        )


class ReplacePolicy:
    operation = "bill_replace_approval_policy"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        policy = policy_with(read, arguments["policyId"])
        named, asked = _named_approvers(read, policy, arguments)
        before = _snapshot(policy, named)
        return replace(before, fields=before.fields | {"asked": asked})

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        wanted = _asked(before, arguments)
        now = {label: str(before.fields[label.lower()]) for label in wanted}
        flags: tuple[Flag, ...] = (_who_may_pay(),)
        if before.fields["policy"] == _as_one_text(in_words(arguments)):
            flags = (Flag("blocked", "Nothing changes", f"Policy {before.title} is like that already."),)
        return Expectation(
            sentence=card(self.operation, name=before.title),
            summary="BILL asks by the new rules about bills entered or changed from now on. No money moves.",
            money=NO_MONEY,
            goes_to="BILL",
            undo=undo(self.operation),
            changes=tuple(
                Change(label, now[label] or NOTHING, text, "sent") for label, text in wanted.items()
            ),
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        shown, wanted = in_words(policy_with(read, attempt.before.key)), in_words(attempt.arguments)
        if shown == wanted:
            return Verdict("took", f"BILL shows policy {wanted['Name']} as it was asked for.")
        if _as_one_text(shown) == attempt.before.fields["policy"]:
            return Verdict("absent", f"BILL shows policy {attempt.before.title} as it was.")
        return Verdict("cannot_tell", f"BILL shows policy {shown['Name']} as neither before nor asked for.")


class DeletePolicy:
    operation = "bill_delete_approval_policy"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        policy = policy_with(read, arguments["policyId"])
        return _snapshot(policy, *_named_approvers(read, policy))

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        detail = f"Bills with {before.fields['bills']} can then be paid without {before.fields['approvers']}."
        return Expectation(
            sentence=card(self.operation, name=before.title),
            summary=f"BILL no longer asks anybody by policy {before.title}. No money moves by this.",
            money=NO_MONEY,
            goes_to="BILL",
            undo=undo(self.operation),
            changes=tuple(_gone(before)),
            flags=(Flag("high", "A control is taken away", detail),),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        try:
            policy_with(read, attempt.before.key)
        except NotFoundError:
            return Verdict("took", f"BILL lists policy {attempt.before.title} no more.")
        return Verdict("absent", f"BILL still lists policy {attempt.before.title}.")


def _gone(before: Snapshot) -> Iterator[Change]:
    for label in ("Name", "Bills", "Approvers"):
        yield Change(label, str(before.fields[label.lower()]) or NOTHING, "Deleted", "expected")


def _who_may_pay() -> Flag:
    detail = "An administrator of BILL may pay whatever its policies say."
    return Flag("info", "Not for administrators", detail)


def _asked(before: Snapshot, arguments: Raw) -> dict[str, str]:
    return in_words(arguments) | {"Approvers": str(before.fields["asked"])}


def _as_one_text(words: Mapping[str, str]) -> str:
    return "; ".join(f"{label} {text}" for label, text in words.items())


def _snapshot(policy: Raw, named_approvers: str) -> Snapshot:
    """`policy` is all that it says, by ids: a person whose name changes is the same person."""
    words = in_words(policy)
    fields = {label.lower(): text for label, text in words.items()} | {"approvers": named_approvers}
    fields["policy"] = _as_one_text(words)
    return Snapshot("approval_policy", policy["id"], words["Name"], words["Name"], fields, now_text())


def _told(found: Raw) -> Verdict:
    name = found.get("policyName", "")
    return Verdict("took", f"BILL lists policy {name} ({found['id']}).", {"id": found["id"]}, {"name": name})
