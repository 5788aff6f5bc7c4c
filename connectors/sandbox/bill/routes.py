"""Both interfaces behind one gate: the limit on concurrent requests counts them together."""

from __future__ import annotations

from starlette.routing import Route

from connectors.sandbox.bill import v2, v3
from connectors.sandbox.bill.resources import (
    documents,
    payments,
    received_payments,
    recurring_bills,
    recurring_invoices,
    spend_budgets,
)
from connectors.sandbox.bill.sessions import Gate
from connectors.sandbox.core import Core


def routes(core: Core) -> list[Route]:
    core.store.when_due("bill", "enter_recurring_bill", recurring_bills.enter)
    core.store.when_due("bill", "set_budget_members", spend_budgets.set_members)
    core.store.when_due("bill", "advance_payment", payments.advance)
    core.store.when_due("bill", "finish_upload", documents.finish)
    core.store.when_due("bill", "make_recurring_invoice", recurring_invoices.make)
    core.store.when_due("bill", "settle_received_payment", received_payments.settle)
    gate = Gate(core.most_at_once)
    return [*v3.routes(core, gate), *v2.routes(core, gate)]
