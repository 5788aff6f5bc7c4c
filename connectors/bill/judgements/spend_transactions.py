"""Card transactions of Spend & Expense: where they are filed, and purchases that await confirmation."""

from collections.abc import Mapping
from typing import Any

from connectors.bill.judgements.common import Raw, now_text
from connectors.bill.judgements.spend_fields import ReceiptJudge, UploadAddress, values_of
from connectors.bill.judgements.spending import NO_MONEY, dollars
from connectors.bill.mapping import HOME_CURRENCY
from connectors.judgements import NOTHING, card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict

WORDS = {"ACCEPT": "Accept", "REJECT": "Reject"}
ANSWERED = {"ACCEPT": "ACCEPTED", "REJECT": "REJECTED"}


def read_whole(read: Read, key: str) -> Raw:
    return read("bill_get_spend_transaction", {"transactionId": key})


def words(record: Raw) -> Mapping[str, str]:
    return {"amount": dollars(record["amount"]), "name": str(record.get("merchantName") or record["id"])}


def snapshot(record: Raw, fields: Mapping[str, Any]) -> Snapshot:
    told = words(record)
    title = f"{told['amount']} at {told['name']}"
    return Snapshot("spend_transaction", record["id"], title, told["name"], {**told, **fields}, now_text())


class Move:
    operation = "bill_update_spend_transaction"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        record = read_whole(read, arguments["transactionId"])
        target = read("bill_get_budget", {"budgetId": arguments["budgetId"]})
        ours = {target["id"], target.get("uuid")}
        fields = {
            "budget": record.get("budgetName") or NOTHING,
            "budget_to": target["name"],
            "is_there": record.get("budgetId") in ours,
            "is_locked": bool(record.get("isLocked")),
        }
        return snapshot(record, fields)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        fields, flags = before.fields, []
        if fields["is_there"]:
            flags.append(Flag("blocked", "Nothing changes", f"It is in budget {fields['budget']} already."))
        if fields["is_locked"]:
            flags.append(Flag("caution", "It is locked", "BILL may refuse to change a locked transaction."))
        return Expectation(
            sentence=card(
                self.operation,
                amount=str(fields["amount"]),
                name=str(fields["name"]),
                budget=str(fields["budget_to"]),
            ),
            summary=f"{before.title} counts for budget {fields['budget_to']}. No money moves.",
            money=NO_MONEY,
            goes_to="BILL",
            undo=undo(self.operation),
            changes=(Change("Budget", str(fields["budget"]), str(fields["budget_to"]), "sent"),),
            flags=tuple(flags),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        now = self.look(read, attempt.arguments)
        told, after = (
            f"BILL shows {now.title} in budget {now.fields['budget']}.",
            {"budget": now.fields["budget"]},
        )
        if now.fields["is_there"]:
            return Verdict("took", told, after=after)
        same = now.fields["budget"] == attempt.before.fields["budget"]
        return Verdict("absent" if same else "cannot_tell", told, after=after)


class SayFields:
    """What custom fields say, compared by the ids and words of their values."""

    operation = "bill_update_spend_transaction_custom_fields"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        record = read_whole(read, arguments["transactionId"])
        said = self._said(read, record["id"])
        fields: dict[str, Any] = {}
        for given in arguments["customFields"]:
            one = read("bill_get_spend_custom_field", {"customFieldId": given["customFieldId"]})
            key = given["customFieldId"]
            known = {
                name: str(row["value"])
                for row in values_of(read, one["id"])
                for name in (row["id"], row["uuid"])
            }
            wanted = ", ".join(known.get(value, value) for value in given.get("selectedValues", ()))
            now = said.get(one["id"], {})
            fields |= {
                f"{key} name": one["name"],
                f"{key} wanted": with_note(wanted, given.get("note", "")),
                f"{key} now": with_note(values_in(now), now.get("note") or ""),
            }
        fields["answers"] = "; ".join(str(fields[name]) for name in fields if name.endswith(" now"))
        return snapshot(record, fields)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        fields, keys = before.fields, [given["customFieldId"] for given in arguments["customFields"]]
        flags = []
        if all(fields[f"{key} now"] == fields[f"{key} wanted"] for key in keys):
            flags.append(Flag("blocked", "Nothing changes", f"{before.title} says so already."))
        return Expectation(
            sentence=card(self.operation, amount=str(fields["amount"]), name=str(fields["name"])),
            summary=f"BILL notes what {before.title} was for. No money moves.",
            money=NO_MONEY,
            goes_to="BILL",
            undo=undo(self.operation),
            changes=tuple(
                Change(
                    str(fields[f"{key} name"]),
                    str(fields[f"{key} now"]),
                    str(fields[f"{key} wanted"]),
                    "sent",
                )
                for key in keys
            ),
            flags=tuple(flags),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        now = self.look(read, attempt.arguments)
        keys = [given["customFieldId"] for given in attempt.arguments["customFields"]]
        after = {"answers": now.fields["answers"]}
        if all(now.fields[f"{key} now"] == now.fields[f"{key} wanted"] for key in keys):
            return Verdict("took", f"BILL shows what {now.title} was for.", after=after)
        if now.fields["answers"] == attempt.before.fields["answers"]:
            return Verdict("absent", f"BILL shows {now.title} as before.", after=after)
        return Verdict("cannot_tell", f"BILL shows only a part of it for {now.title}.", after=after)

    def _said(self, read: Read, key: str) -> dict[str, Raw]:
        answer = read("bill_list_spend_transaction_custom_fields", {"transactionId": key})
        return {row["id"]: row for row in answer.get("results") or ()}


def values_in(answer: Raw) -> str:
    return ", ".join(str(value["value"]) for value in answer.get("selectedValues") or ())


def with_note(values: str, note: str) -> str:
    return "; ".join(filter(None, (values, note))) or NOTHING


class AnswerChallenge:
    """No call shows a purchase that awaits confirmation: only the answer tells what became of it."""

    operation = "bill_accept_or_reject_spend_transaction"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        key = arguments["acsTransactionId"]
        return Snapshot("spend_challenge", key, f"purchase {key}", "the merchant", {}, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        accepts = arguments["action"] == "ACCEPT"
        detail = "BILL's calls do not tell amount and merchant; look at its message before deciding."
        return Expectation(
            sentence=card(self.operation, action=WORDS[arguments["action"]], id=before.key),
            summary="The card pays the merchant." if accepts else "The card does not pay. No money moves.",
            money=Money(None, HOME_CURRENCY, "unknown") if accepts else NO_MONEY,
            goes_to=before.party,
            undo=undo(self.operation),
            changes=(Change("Purchase", "Awaits confirmation", ANSWERED[arguments["action"]], "expected"),),
            flags=(Flag("high", "The amount is not known here", detail),) if accepts else (),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        status = attempt.answer.get("status") if isinstance(attempt.answer, Mapping) else None
        if status:
            wanted = ANSWERED[attempt.arguments["action"]]
            kind = "took" if status == wanted else "cannot_tell"
            return Verdict(kind, f"BILL answered that the purchase is {status}.", after={"status": status})
        return Verdict("cannot_tell", "BILL does not show what became of the purchase.")


def receipt_judge(operation: str, *, adds: bool) -> ReceiptJudge:
    return ReceiptJudge(operation, "transactionId", read_whole, words, "spend_transaction", adds)


JUDGES = {
    "update_spend_transaction": Move(),
    "update_spend_transaction_custom_fields": SayFields(),
    "accept_or_reject_spend_transaction": AnswerChallenge(),
    "create_spend_transaction_upload_url": UploadAddress("bill_create_spend_transaction_upload_url"),
    "add_spend_transaction_receipt": receipt_judge("bill_add_spend_transaction_receipt", adds=True),
    "delete_spend_transaction_receipt": receipt_judge("bill_delete_spend_transaction_receipt", adds=False),
}
