"""A payment's way to a vendor: what was done on which day, what is still to come, or what went wrong."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from console.mirror.models import Payment
from console.ui.statuses import record_pill

# How many of the four stages are behind a payment, by where BILL says that it is.
REACHED = {
    "SCHEDULED": 1,
    "READY_TO_FUND": 1,
    "FUNDING_STARTED": 2,
    "PROCESSED": 2,
    "DISBURSEMENT_ON_HOLD": 2,
    "SENT": 3,
    "DELIVERED": 3,
    "PARTIALLY_CLAIMED": 3,
    "EXPIRING": 3,
    "VOID_PENDING": 3,
    "CANCELLATION_IN_PROGRESS": 1,
    "CLEARED": 4,
}
GOES_ON = {"SCHEDULED", "READY_TO_FUND", "FUNDING_STARTED", "PROCESSED", "SENT", "DELIVERED", "CLEARED"}
# Those that stand still here came so far before.
STOPPED_AFTER = {
    "DISBURSEMENT_FAILED_ACTION_NEEDED": 2,
    "DISBURSEMENT_FAILED_VENDOR_BANK_REJECTED": 3,
    "FUNDS_ESCHEATED": 3,
}
TROUBLE = (
    "FUNDING_FAILED_VOIDED",
    "FUNDING_FAILED_ACTION_NEEDED",
    "DISBURSEMENT_FAILED_ACTION_NEEDED",
    "DISBURSEMENT_FAILED_VENDOR_BANK_REJECTED",
    "DISBURSEMENT_ON_HOLD",
    "FUNDS_ESCHEATED",
)


@dataclass(frozen=True)
class Stage:
    """day: when it was, or is expected. icon and tone are those of status pills."""

    label: str
    day: date | datetime | None
    state: Literal["done", "future", "ended"]
    icon: str
    tone: str

    @property
    def is_expected(self) -> bool:
        return self.state == "future"


def timeline(payment: Payment) -> list[Stage]:
    """The stages of a payment that is on its way; of one that stopped, those it passed and why it stopped."""
    word = payment.single_status
    if payment.disbursement_type == "OFFLINE":
        return [done("Recorded as paid elsewhere", payment.process_on or payment.created_at)]
    stages = (
        ("Scheduled", payment.created_at),
        ("Money leaves our account", payment.process_on),
        ("Sent to the vendor", payment.sent_on),
        ("Cleared" if word == "CLEARED" else "Arrives", payment.arrives_on),
    )
    if word in GOES_ON:
        reached = REACHED[word]
        return [
            done(*stage) if at < reached else future(*stage, is_next=at == reached)
            for at, stage in enumerate(stages)
        ]
    passed = REACHED.get(word) or STOPPED_AFTER.get(word) or (3 if payment.sent_on else 1)
    pill = record_pill(word)
    stopped = Stage(pill.word, payment.updated_at, "ended", pill.icon, pill.tone)
    return [*(done(*stage) for stage in stages[:passed]), stopped]


def done(label: str, day: date | datetime | None) -> Stage:
    return Stage(label, day, "done", "circle-check", "ok")


def future(label: str, day: date | datetime | None, *, is_next: bool) -> Stage:
    return Stage(
        label, day, "future", "progress" if is_next else "circle-dashed", "run" if is_next else "mute"
    )
