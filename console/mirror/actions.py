"""What a person may ask for on a Billsby invoice. Each ends in a proposal; nothing is done here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.billsby.mapping import CLOSABLE_STATUSES
from connectors.money import format_money
from console.accounts.models import Person
from console.approvals.models import Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.mirror.forms import ReasonForm, RefundForm
from console.mirror.models import Invoice

CONNECTOR = "billsby"


@dataclass(frozen=True)
class Action:
    slug: str
    label: str  # on the invoice page
    title: str
    icon: str
    button: str  # "{amount}" is put in
    summary: str
    operation: str
    form: type[ReasonForm]
    fits: Callable[[Invoice], bool]

    def says(self, amount_minor: int | None, currency: str) -> str:
        """The button: verb, object, amount."""
        amount = "this invoice" if amount_minor is None else format_money(amount_minor, currency)
        return self.button.format(amount=amount)


REFUND = Action(
    slug="refund",
    label="Refund…",
    title="Refund",
    icon="receipt-refund",
    button="Propose refund of {amount}",
    summary="Billsby would send the money back to the card that paid, and make a credit note.",
    operation="billsby_refund_invoice",
    form=RefundForm,
    fits=lambda invoice: invoice.status == "Paid" and invoice.refundable_minor != 0,
)
RETRY = Action(
    slug="retry",
    label="Retry payment…",
    title="Retry payment",
    icon="rotate-clockwise",
    button="Propose retry of {amount}",
    summary="Billsby would try the customer's stored card again.",
    operation="billsby_retry_invoice_payment",
    form=ReasonForm,
    fits=lambda invoice: invoice.status == "Unpaid",
)
WRITE_OFF = Action(
    slug="write-off",
    label="Write off…",
    title="Write off",
    icon="file-x",
    button="Propose write-off of {amount}",
    summary="The debt would be given up for good. Billsby has no way to take this back.",
    operation="billsby_write_off_invoice",
    form=ReasonForm,
    fits=lambda invoice: invoice.status in CLOSABLE_STATUSES,
)
ACTIONS: Mapping[str, Action] = {action.slug: action for action in (REFUND, RETRY, WRITE_OFF)}


def actions_for(person: Person, invoice: Invoice) -> list[Action]:
    """What may be proposed by this person on this invoice, as it was last read."""
    if invoice.connection.connector != CONNECTOR or not person.has_perm("approvals.propose"):
        return []
    return [action for action in ACTIONS.values() if action.fits(invoice)]


def propose_action(
    action: Action, invoice: Invoice, answers: Mapping[str, Any], *, actor: Person
) -> Proposal:
    """File the proposal; raises what `propose` raises."""
    arguments: dict[str, Any] = {"invoiceNumber": invoice.vendor_id}
    sources = {"invoiceNumber": f"from invoice {invoice.title}"}
    if "amount" in answers:
        arguments |= {"customerUniqueId": invoice.customer_vendor_id, "amount": answers["amount"]}
        sources |= {"customerUniqueId": f"from invoice {invoice.title}", "amount": f"typed by {actor}"}
    return propose(
        actor=actor,
        steps=[StepDraft(action.operation, arguments, sources)],
        reason=answers["reason"],
        origin=Origin("form", f"invoice.{invoice.pk}"),
        connection=invoice.connection,
    )
