"""What became of the customers without a part in a story: mostly nothing, sometimes everything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from connectors.sandbox.billsby import billing
from connectors.sandbox.billsby.choices import PAID_OFFLINE, TO_BE_WRITTEN_OFF, WRITTEN_OFF
from connectors.sandbox.billsby.history import Historian, Past
from connectors.sandbox.billsby.subscription_changes import NOTHING_SCHEDULED, save
from connectors.sandbox.billsby.subscriptions import note_event

Fate = Callable[[Historian, Past], None]


def _steady(historian: Historian, past: Past) -> None:
    pass


def _unpaid_for(position: int) -> Fate:
    def leave(historian: Historian, past: Past) -> None:
        historian.leave_unpaid(past, tries=3, position=max(position, -len(past.invoices)))

    return leave


def _refunded(share: int) -> Fate:
    """share: how much of the invoice before the last one came back, in percent."""

    def give_back(historian: Historian, past: Past) -> None:
        invoice = past.invoices[max(-2, -len(past.invoices))]
        at = historian.now - timedelta(days=historian.chance.uniform(0.5, 2.5))
        note = billing.refund(historian.books, invoice, max(1, invoice["amount"] * share // 100), at=at)
        billing.settle_credit_note(historian.books, {"number": note["creditNoteUniqueId"]})

    return give_back


def _failed_credit(historian: Historian, past: Past) -> None:
    note = billing.make_credit_note(
        historian.books,
        past.customer,
        currency=past.subscription["currency"],
        amount=past.latest["amount"] // 4 or 1,
        note_type="OneTimeCredit",
        at=historian.now - timedelta(days=1),
    )
    historian.books.put("credit_note", note["creditNoteUniqueId"], note | {"status": "Failed"})


def _charged(historian: Historian, past: Past) -> None:
    amount = historian.chance.randint(5, 90) * 100
    historian.charge(past, "Extra training session", amount, days_ago=historian.chance.uniform(0.5, 2.5))


def _with_status(status: str, *, position: int) -> Fate:
    def close(historian: Historian, past: Past) -> None:
        invoice = historian.leave_unpaid(past, tries=3, position=max(position, -len(past.invoices)))
        if status == WRITTEN_OFF:
            invoice["amount"] = 0
        historian.set_status(invoice, status)

    return close


def _pending(historian: Historian, past: Past) -> None:
    invoice = billing.make_invoice(
        historian.books,
        past.customer,
        currency=past.subscription["currency"],
        lines=[billing.line("Additional seats", past.latest["amount"] // 5 or 1)],
        invoice_type="OneTimeCharge",
        at=historian.now,
    )
    billing.settle_later(historian.books, "invoice", invoice["invoiceNumber"])


def _moved_to(status: str) -> Fate:
    def move(historian: Historian, past: Past) -> None:
        subscription, books = past.subscription, historian.books
        at = historian.now - timedelta(days=historian.chance.uniform(0.5, 2.5))
        note_event(books, subscription, "StatusChanged", {"old": "Active", "new": status}, at=at)
        subscription |= {"status": status}
        if status == "Cancelled":
            subscription |= {"nextBillingDate": None, **NOTHING_SCHEDULED}
            unique = past.customer["customerUniqueId"]
            books.put("customer", unique, past.customer | {"status": "Inactive"})
        save(books, subscription)

    return move


def _with_addon(historian: Historian, past: Past) -> None:
    past.subscription["addons"] = [{"id": historian.prices.addon_id, "quantity": 1}]
    save(historian.books, past.subscription)


def _tagged(historian: Historian, past: Past) -> None:
    past.subscription["tags"] = ["annual-review"]
    save(historian.books, past.subscription)
    at = historian.now - timedelta(days=2)
    note_event(historian.books, past.subscription, "TagAdded", {"new": "annual-review"}, at=at)


def _without_card(historian: Historian, past: Past) -> None:
    unique = past.customer["customerUniqueId"]
    bare = past.customer | {"card": None, "cardStatus": "Missing", "cardOutcome": "declines"}
    historian.books.put("customer", unique, bare)


# Met in this order, so that forty customers see each of them; then over again with calm ones between.
FATES: tuple[Fate, ...] = (
    _unpaid_for(-3),
    _unpaid_for(-4),
    _moved_to("Cancelled"),
    _refunded(100),
    _unpaid_for(-5),
    _with_addon,
    _refunded(40),
    _unpaid_for(-4),
    _moved_to("Suspended"),
    _with_status(PAID_OFFLINE, position=-2),
    _with_status(WRITTEN_OFF, position=-4),
    _pending,
    _charged,
    _refunded(15),
    _moved_to("Cancelled"),
    _unpaid_for(-1),
    _failed_credit,
    _with_status(TO_BE_WRITTEN_OFF, position=-4),
    _tagged,
    _moved_to("Paused"),
    _without_card,
    _unpaid_for(-3),
    _with_status(PAID_OFFLINE, position=-3),
    _refunded(60),
    _charged,
    _moved_to("Cancelled"),
    _steady,
    _steady,
    _steady,
    _steady,
    _steady,
)
# Those that leave no old debt and make no invoice more.
FRESH_FATES: tuple[Fate, ...] = (
    _unpaid_for(-1),
    _refunded(100),
    _refunded(40),
    _failed_credit,
    _moved_to("Cancelled"),
    _moved_to("Paused"),
    _with_addon,
    _tagged,
)
