"""The forms on BILL's customers and invoices."""

from console.mirror.actions import Action

OFFERS: tuple[Action, ...] = ()
