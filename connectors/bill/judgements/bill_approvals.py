"""Deciding on bills in the name of our user at BILL: an approved bill may be paid, also by itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.bill.judgements.at_once import added, refuse_repeated
from connectors.bill.judgements.changes import Document
from connectors.bill.judgements.common import now_text
from connectors.bill.judgements.payables import BillJudge
from connectors.judgements import card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import format_money

BILL = BillJudge()
OUTCOME = {"APPROVE": "APPROVED", "DENY": "DENIED"}
VERBS = {"APPROVE": "Approve", "DENY": "Deny"}
WAITING = "WAITING"


class DecideOnBills:
    """Each bill stands in the snapshot under its id; `bills` is all of them as one text."""

    operation = "bill_approve_or_deny_bills"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        decisions = arguments["decisions"]
        refuse_repeated((one["billId"] for one in decisions), "Bill")
        user = read("bill_get_session", {}).get("userId", "")
        fields: dict[str, Any] = {}
        texts, parties = [], []
        for one in decisions:
            bill, key = Document.read(read, BILL, one["billId"]), one["billId"]
            amount = format_money(bill.fields["amount_minor"], bill.currency)
            fields |= {
                f"{key} title": bill.title(BILL),
                f"{key} approval": bill.fields["approval_status"],
                f"{key} ours": _ours(bill, user),
                f"{key} archived": bill.fields["is_archived"],
                f"{key} status": bill.fields["status"],
                f"{key} amount_minor": bill.fields["amount_minor"],
                f"{key} currency": bill.currency,
            }
            texts.append(
                f"{bill.title(BILL)}, {amount}, {bill.fields['approval_status']}, {_ours(bill, user)}"
            )
            parties.append(bill.party)
        fields["bills"] = "; ".join(texts)
        party = ", ".join(dict.fromkeys(parties))
        return Snapshot("bill", "", f"{len(decisions)} bills", party, fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        decisions, fields = arguments["decisions"], before.fields
        money = self._money(before, decisions, "APPROVE")
        shown = money if money.direction != "none" else self._money(before, decisions, "DENY")
        total = (
            format_money(shown.amount_minor, shown.currency) if shown.currency else "in several currencies"
        )
        parts = []
        for action, verb in VERBS.items():
            titles = [str(fields[f"{one['billId']} title"]) for one in decisions if one["action"] == action]
            if titles:
                parts.append(f"{verb} {', '.join(titles)}")
        approved = any(one["action"] == "APPROVE" for one in decisions)
        return Expectation(
            sentence=card(self.operation, what=" and ".join(parts), total=total),
            summary="An approved bill may be paid in BILL. Nothing is paid by the approval itself."
            if approved
            else "A denied bill cannot be paid in BILL. No money moves.",
            money=money,
            goes_to=before.party,
            undo=undo(self.operation),
            changes=tuple(self._changes(before, decisions)),
            flags=tuple(self._flags(before, decisions)),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        now = self.look(read, attempt.arguments)
        kinds, doubts, after = set(), [], {}
        for one in attempt.arguments["decisions"]:
            kind = self._kind(one, attempt.before, now)
            kinds.add(kind)
            title, approval = (str(now.fields[f"{one['billId']} {name}"]) for name in ("title", "approval"))
            after[title] = approval
            if kind != "took":
                doubts.append(f"{title} is {approval}")
        if kinds == {"took"}:
            shown = "; ".join(f"{title} {approval}" for title, approval in after.items())
            return Verdict("took", f"BILL shows {shown}.", after=after)
        if kinds == {"absent"}:
            return Verdict("absent", f"BILL shows no decision of ours: {'; '.join(doubts)}.", after=after)
        return Verdict("cannot_tell", f"Not every decision shows: {'; '.join(doubts)}.", after=after)

    def _kind(self, one: Mapping[str, Any], before: Snapshot, now: Snapshot) -> str:
        key, wanted = one["billId"], OUTCOME[one["action"]]
        if wanted in (now.fields[f"{key} ours"], now.fields[f"{key} approval"]):
            return "took"
        same = all(now.fields[f"{key} {it}"] == before.fields[f"{key} {it}"] for it in ("ours", "approval"))
        return "absent" if same else "cannot_tell"

    def _money(self, before: Snapshot, decisions: list[Mapping[str, Any]], action: str) -> Money:
        keys = [one["billId"] for one in decisions if one["action"] == action]
        amounts = [(before.fields[f"{key} amount_minor"], before.fields[f"{key} currency"]) for key in keys]
        return added(Money(minor, currency, "stays") for minor, currency in amounts)

    def _changes(self, before: Snapshot, decisions: list[Mapping[str, Any]]) -> Iterator[Change]:
        for one in decisions:
            key = one["billId"]
            minor, currency = before.fields[f"{key} amount_minor"], before.fields[f"{key} currency"]
            title = str(before.fields[f"{key} title"])
            now = f"{format_money(minor, currency)}, {before.fields[f'{key} approval']}"
            said = f"{one['action']}: {one['comment']}" if one.get("comment") else one["action"]
            yield Change(title[:1].upper() + title[1:], now, said, "sent")

    def _flags(self, before: Snapshot, decisions: list[Mapping[str, Any]]) -> Iterator[Flag]:
        for one in decisions:
            key = one["billId"]
            title, approval, ours = (
                str(before.fields[f"{key} {it}"]) for it in ("title", "approval", "ours")
            )
            if ours != WAITING:
                detail = f"{title} is {approval}, and BILL does not ask our user about it; it may refuse."
                yield Flag("high", "Not ours to decide", detail)
            if before.fields[f"{key} archived"]:
                yield Flag("high", "The bill is archived", f"{title} is archived in BILL.")
            elif before.fields[f"{key} status"] in ("PAID", "SCHEDULED", "PARTIAL"):
                state = before.fields[f"{key} status"]
                yield Flag("caution", "Paid or about to be", f"{title} is {state} in BILL.")


def _ours(bill: Document, user: str) -> str:
    """How our user stands to the bill: WAITING, APPROVED, DENIED; "not asked" where BILL does not ask."""
    mine = [one.get("status", "") for one in bill.raw.get("approvers", ()) if one.get("userId") == user]
    return mine[0] if mine else "not asked"
