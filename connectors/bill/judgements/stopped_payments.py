"""Stopping a payment: cancelled while it is scheduled, voided once it is on its way."""

from collections.abc import Mapping
from typing import Any

from connectors.bill.judgements.common import Raw, now_text
from connectors.bill.judgements.payment_facts import ENDED
from connectors.bill.mapping import amount_minor, known_currency
from connectors.judgements import NOTHING, card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Judge, Money, Read, Snapshot, Verdict
from connectors.money import format_money

CANCELED = {"CANCELED", "CANCELLED"}  # one L in one field, two in the other
TYPES = {
    "VOID_ONLY": "The money comes back to our account.",
    "VOID_AND_CREDIT": "The money becomes a credit of the vendor's.",
    "VOID_AND_REISSUE": "The vendor is paid anew.",
    "VOID_AND_REISSUE_VCARD": "The vendor is paid anew, by virtual card.",
}


def _look(read: Read, arguments: Mapping[str, Any]) -> Snapshot:
    only_reference(arguments)
    payment = read("bill_get_payment", {"paymentId": arguments["paymentId"]})
    vendor = read("bill_get_vendor", {"vendorId": payment["vendorId"]})
    currency = known_currency(vendor, "billCurrency")
    fields = {
        "status": payment.get("singleStatus") or payment.get("status") or "UNDEFINED",
        "currency": currency,
        "amount_minor": amount_minor(payment, "amount", currency),
        "process_on": payment.get("processDate", ""),
        "reference": payment.get("transactionNumber", ""),
        "is_voidable": (payment.get("disbursementInfo") or {}).get("isVoidable"),
        "voids": "; ".join(map(_void_words, payment.get("voidInfo") or ())),
    }
    title = f"payment {payment['id']}"
    return Snapshot("payment", payment["id"], title, vendor["name"], fields, now_text())


def _void_words(one: Raw) -> str:
    return f"{one.get('type')} {one.get('status')} ({one['id']})"


def _total(before: Snapshot) -> str:
    return format_money(before.fields["amount_minor"], str(before.fields["currency"]))


def _expectation(
    operation: str,
    before: Snapshot,
    *,
    summary: str,
    changes: list[Change],
    flags: list[Flag],
    pays_anew: bool = False,
) -> Expectation:
    return Expectation(
        sentence=card(operation, total=_total(before), vendor=before.party),
        summary=summary,
        money=Money(
            before.fields["amount_minor"], str(before.fields["currency"]), "out" if pays_anew else "stays"
        ),
        goes_to=before.party,
        undo=undo(operation),
        changes=tuple(changes),
        flags=tuple(flags),
    )


class CancelPayment:
    operation = "bill_cancel_payment"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        return _look(read, arguments)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        status, flags = str(before.fields["status"]), []
        if status != "SCHEDULED":
            detail = f"The payment is {status} in BILL; only a scheduled one can be cancelled."
            flags.append(Flag("blocked", "No longer scheduled", detail))
        return _expectation(
            self.operation,
            before,
            summary=f"{_total(before)} does not leave our account, {before.party} is not paid, "
            "and what it was for is open again.",
            changes=[Change("Status", status, "CANCELED", "expected")],
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        payment = read("bill_get_payment", {"paymentId": attempt.before.key})
        shown = {str(payment.get("status")), str(payment.get("singleStatus"))}
        after = {"status": payment.get("singleStatus")}
        if shown & CANCELED:
            return Verdict("took", f"BILL shows payment {payment['id']} as cancelled.", after=after)
        if payment.get("cancelRequestSubmitted") or "CANCELLATION_IN_PROGRESS" in shown:
            return Verdict("cannot_tell", "BILL is still cancelling the payment.", after=after)
        if payment.get("singleStatus") == attempt.before.fields["status"]:
            return Verdict("absent", "BILL shows the payment as it was.", after=after)
        sentence = f"BILL shows the payment as {payment.get('singleStatus')}, not as cancelled."
        return Verdict("cannot_tell", sentence, after=after)


class VoidPayment:
    """That BILL took the request up is what shows; whether the void succeeds, days later."""

    operation = "bill_void_payment"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        return _look(read, arguments)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        status, flags = str(before.fields["status"]), []
        if status == "SCHEDULED":
            detail = "The payment is still scheduled: it can be cancelled, and cannot be voided."
            flags.append(Flag("blocked", "Still scheduled", detail))
        elif status in ENDED:
            flags.append(Flag("blocked", "Ended already", f"The payment is {status} in BILL."))
        elif before.fields["is_voidable"] is False:
            detail = f"BILL says that the payment, which is {status}, cannot be voided."
            flags.append(Flag("blocked", "Cannot be voided", detail))
        pays_anew = "REISSUE" in arguments["type"]
        if pays_anew:
            detail = f"{before.party} is paid {_total(before)} once more by this."
            flags.append(Flag("high", "Paid anew", detail))
        if before.fields["voids"]:
            flags.append(Flag("high", "Asked for before", f"BILL shows: {before.fields['voids']}."))
        return _expectation(
            self.operation,
            before,
            summary=f"BILL tries to take {_total(before)} back from {before.party}. "
            f"{TYPES[arguments['type']]} Whether it succeeds shows later.",
            changes=[
                Change("Kind", NOTHING, arguments["type"], "sent"),
                Change("Reason", NOTHING, arguments["voidReason"], "sent"),
                Change("Status", status, "VOIDED, if BILL can", "vendor_decides"),
            ],
            flags=flags,
            pays_anew=pays_anew,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        payment = read("bill_get_payment", {"paymentId": attempt.before.key})
        known, wanted = str(attempt.before.fields["voids"]), attempt.arguments
        new = [one for one in payment.get("voidInfo") or () if one["id"] not in known]
        after = {"status": payment.get("singleStatus"), "voids": "; ".join(map(_void_words, new))}
        if not new:
            return Verdict("absent", "BILL shows no new request to void the payment.", after=after)
        ours = [
            one
            for one in new
            if (one.get("type"), one.get("reason")) == (wanted["type"], wanted["voidReason"])
        ]
        if len(ours) != 1 or len(new) != 1:
            sentence = f"BILL shows other requests to void the payment: {after['voids']}."
            return Verdict("cannot_tell", sentence, after=after)
        status = ours[0].get("status")
        if status in ("REJECTED", "NO_OP"):
            return Verdict("refused", f"BILL did not void the payment: {status}.", after=after)
        if status == "ACCEPTED":
            return Verdict("took", "BILL has voided the payment.", after=after)
        return Verdict("took", "BILL has taken up the void; whether it succeeds shows later.", after=after)


JUDGES: Mapping[str, Judge] = {"cancel_payment": CancelPayment(), "void_payment": VoidPayment()}
