"""The forms on payments to vendors."""

from connectors.bill.judgements.payment_facts import is_standing
from console.mirror.actions import Action
from console.mirror.models import Payment

OF_PAYMENT = {"paymentId": "vendor_id"}
SCHEDULED = "SCHEDULED"
OVER = ("CLEARED", "VOID_PENDING", "CANCELLATION_IN_PROGRESS")
BECOMES = {
    "VOID_ONLY": "It comes back to our account",
    "VOID_AND_CREDIT": "It becomes a credit of the vendor's",
    "VOID_AND_REISSUE": "The vendor is paid anew",
    "VOID_AND_REISSUE_VCARD": "The vendor is paid anew, by virtual card",
}


def is_on_its_way(payment: Payment) -> bool:
    return is_standing(payment.raw) and payment.single_status not in (SCHEDULED, *OVER)


def held_back(payment: Payment) -> str:
    """Why BILL would not take it back."""
    if (payment.raw.get("disbursementInfo") or {}).get("isVoidable") is False:
        return "BILL says that this payment can no longer be taken back. Ask the vendor to send it back."
    return ""


OFFERS = (
    Action(
        slug="cancel",
        model=Payment,
        operation="bill_cancel_payment",
        label="Cancel…",
        title="Cancel",
        icon="ban",
        button="Propose to cancel {amount}",
        summary="The money would not leave our account, and what it was for would be open again.",
        about=OF_PAYMENT,
        fits=lambda payment: payment.single_status == SCHEDULED,
    ),
    Action(
        slug="void",
        model=Payment,
        operation="bill_void_payment",
        label="Void…",
        title="Void",
        icon="arrow-back-up",
        button="Propose to void {amount}",
        summary="BILL would be asked to take the payment back. Whether that succeeds shows only later.",
        about=OF_PAYMENT,
        asks={"type": "What becomes of the money", "voidReason": "Why it is taken back"},
        words=BECOMES,
        fits=is_on_its_way,
        obstacle=held_back,
    ),
)
