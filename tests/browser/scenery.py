"""A console with something to look at on every page: proposals in many states, a conversation, records."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import F

from agent.mcp import calls
from agent.mcp.models import Access
from agent.mcp.tokens import revoke
from console.accounts.models import Person
from console.approvals import deciding
from console.approvals.models import Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.audit.models import Entry
from console.mirror.models import (
    Bill,
    Budget,
    CreditNote,
    Customer,
    Invoice,
    Payment,
    Plan,
    Product,
    SpendCard,
    Subscription,
    Vendor,
)
from console.mirror.offers.bills import held_back
from console.mirror.papers import papers_of
from tests.browser import acts
from tests.browser.world import Visitor, World
from tests.mcp.tokens import BOTH, token
from tests.processes import wait_for

RETRY, REFUND, CHARGE = (
    "billsby_retry_invoice_payment",
    "billsby_refund_invoice",
    "billsby_charge_customer",
)
Status = Proposal.Status


@dataclass(frozen=True)
class Sights:
    """Page → its path."""

    paths: Mapping[str, str]


def set_up(world: World, priya: Visitor) -> Sights:
    """Bring the console into a state with something of everything."""
    dana = Person.objects.get(username="dana")
    pending = _propose(_retry(world.debtor(3).vendor_id))
    plan = _propose(*_refund_and_charge(world.payer(-1)))
    succeeded = _propose(_refund(world.payer(0)))
    failed = _propose(_retry(world.stories["retry_declines"]["invoiceNumber"]))
    rejected = _propose(_refund(world.payer(1)))
    unknown = _propose(_refund(world.payer(2)))
    deciding.reject(
        proposal_id=rejected.pk, actor=dana, digest=rejected.digest, reason="They pay by wire from now on."
    )
    for proposal, status in ((succeeded, Status.SUCCEEDED), (failed, Status.FAILED)):
        deciding.approve(proposal_id=proposal.pk, actor=dana, digest=proposal.digest)
        _wait_until(proposal, status)
    chat = acts.ask(priya, f"Retry the failed payment of {world.debtor(4).customer_name}.")
    acts.proposal_on(chat)
    spender = Customer.objects.get(vendor_id=world.stories["spend"]["customerUniqueId"])

    def told(story: str) -> str:
        unique_id = world.stories[story]["subscriptionUniqueId"]
        return Subscription.objects.get(vendor_id=unique_id).get_absolute_url()

    def owner(story: str) -> str:
        return Customer.objects.get(vendor_id=world.stories[story]["customerUniqueId"]).get_absolute_url()

    paid = Invoice.objects.filter(customer_vendor_id=spender.vendor_id, status="Paid").order_by("-issued_at")[
        0
    ]
    _lose(world, unknown, dana)  # last: it stays unknown for seconds only
    last = Entry.objects.filter(proposal_id=succeeded.number).latest("seq")
    return Sights(
        {
            "home": "/",
            "cash-flow": "/cash-flow/",
            "inbox": "/approvals/",
            "inbox-finished": "/approvals/?tab=finished",
            "proposal-pending": f"/approvals/{pending.pk}/",
            "proposal-confirm": f"/approvals/{pending.pk}/?confirm=approve",
            "proposal-reject": f"/approvals/{pending.pk}/?confirm=reject",
            "proposal-plan": f"/approvals/{plan.pk}/",
            "proposal-unknown": f"/approvals/{unknown.pk}/",
            "proposal-failed": f"/approvals/{failed.pk}/",
            "proposal-succeeded": f"/approvals/{succeeded.pk}/",
            "proposal-rejected": f"/approvals/{rejected.pk}/",
            "chat-new": "/chat/?new=1",
            "chat": chat.url.removeprefix(world.url),
            "customers": "/customers/",
            "customer": spender.get_absolute_url(),
            "subscriptions": "/subscriptions/",
            "subscription": Subscription.objects.filter(customer_vendor_id=spender.vendor_id)[
                0
            ].get_absolute_url(),
            "invoices": "/invoices/",
            "invoices-none": "/invoices/?q=no-such-invoice",
            "invoice": paid.get_absolute_url(),
            "invoice-refund": f"{paid.get_absolute_url()}refund/",
            "credit-notes": "/credit-notes/",
            "credit-note": CreditNote.objects.order_by("-issued_at")[0].get_absolute_url(),
            "products": "/products/",
            "product": Product.objects.order_by("pk")[0].get_absolute_url(),
            "plan": Plan.objects.order_by("pk")[0].get_absolute_url(),
            "subscription-usage": told("credits"),
            "subscription-tagged": told("upgrade"),
            "usage": "/usage/",
            "customer-usage": owner("credits"),
            "plan-extras": Plan.objects.get(vendor_id="33").get_absolute_url(),
            "form-charge": f"{spender.get_absolute_url()}charge/?currency=USD&amount=125.50",
            "form-change-plan": f"{told('upgrade')}change-plan/?plan=34+57&planChangeType=now",
            "form-card": f"{spender.get_absolute_url()}replace-card/",
            "form-cancel": f"{told('cancel_blocked')}cancel/",
            "form-change-usage": f"{told('credits')}change-usage/",
            **_forms_of_payables(),
            "vendors": "/vendors/",
            "vendor": Vendor.objects.order_by(F("balance_minor").desc(nulls_last=True))[0].get_absolute_url(),
            "bills": "/bills/",
            "bill": _bill(has_paper=True).get_absolute_url(),
            "bill-without-document": _bill(has_paper=False).get_absolute_url(),
            "bill-document": f"{_bill(has_paper=True).get_absolute_url()}documents/",
            "payments": "/payments/",
            "payment": Payment.objects.order_by("single_status", "pk")[0].get_absolute_url(),
            "vendor-paid": Payment.objects.order_by("pk")[0].owner.get_absolute_url(),
            "budgets": "/budgets/",
            "budget": Budget.objects.order_by("pk")[0].get_absolute_url(),
            "spend-cards": "/spend-cards/",
            "spend-card": SpendCard.objects.order_by("pk")[0].get_absolute_url(),
            "vendor-credits": "/vendor-credits/",
            "received-payments": "/received-payments/",
            "credit-memos": "/credit-memos/",
            "audit": "/audit/",
            "audit-entry": f"/audit/{last.seq}/",
            "connections": "/connections/",
            "access-tokens": "/access-tokens/",
            "access-token": _used_token(dana).get_absolute_url(),
            "access-token-new": "/access-tokens/new/",
        }
    )


def _used_token(dana: Person) -> Access:
    """One of two tokens, with calls; the other was revoked."""
    revoke(token(dana, name="Contractor, R. Voss", tags=["vendors", "bills"]).access, actor=dana)
    used = token(dana, name="Claude Desktop, Dana", effects=BOTH, tags=["invoices", "customers"]).access
    for outcome, tool, sentence in (
        ("done", "query_records", ""),
        ("proposed", REFUND, ""),
        ("failed", REFUND, "The arguments do not fit."),
        ("refused", "", "More than 120 calls in a minute. Ask again in 12 s."),
    ):
        asked = {"method": "tools/call", "tool": tool, "arguments": {"text": "Acme", "reason": "x" * 200}}
        calls.note(used, outcome=outcome, client="claude-ai 0.1.0", sentence=sentence, **asked)
    return used


def _forms_of_payables() -> dict[str, str]:
    bills = [bill for bill in Bill.objects.filter(open_minor__gt=0).order_by("pk") if not held_back(bill)]
    vendor = bills[0].vendor
    several = "&".join(f"bill={bill.pk}" for bill in bills[:3])
    return {
        "form-pay": f"{bills[0].get_absolute_url()}pay/",
        "form-pay-several": f"/bills/pay/?{several}",
        "form-enter-bill": f"{vendor.get_absolute_url()}enter-bill/",
        "form-bank-account": f"{vendor.get_absolute_url()}bank-account/",
        "form-new-vendor": "/vendors/new/?name=Northside+Produce",
        "form-new-bill": "/bills/new/",
    }


def _bill(*, has_paper: bool) -> Bill:
    """An open bill that came with a document, or without."""
    open_bills = Bill.objects.filter(open_minor__gt=0).order_by("pk")
    return next(bill for bill in open_bills if bool(papers_of(bill)) == has_paper)


def _propose(*steps: StepDraft) -> Proposal:
    priya = Person.objects.get(username="priya")
    return propose(
        actor=priya,
        steps=list(steps),
        reason="The customer wrote that the card works now.",
        origin=Origin("form"),
    )


def _retry(invoice_number: str) -> StepDraft:
    return StepDraft(
        RETRY, {"invoiceNumber": invoice_number}, {"invoiceNumber": f"from invoice {invoice_number}"}
    )


def _refund(invoice: Invoice) -> StepDraft:
    customer = {"customerUniqueId": invoice.customer_vendor_id}
    return StepDraft(
        REFUND, customer | {"invoiceNumber": invoice.vendor_id, "amount": invoice.amount_minor // 4}
    )


def _refund_and_charge(invoice: Invoice) -> tuple[StepDraft, StepDraft]:
    customer = {"customerUniqueId": invoice.customer_vendor_id}
    fee = {"amount": 25_000, "currencyCode": invoice.currency, "description": "Training day"}
    return _refund(invoice), StepDraft(CHARGE, customer | fee)


def _lose(world: World, proposal: Proposal, approver: Person) -> None:
    """Execute it, lose the answer, and keep the vendor from telling what became of it."""
    so_far = world.effects_so_far()
    world.vendors.drop_reply(operation=REFUND)
    deciding.approve(proposal_id=proposal.pk, actor=approver, digest=proposal.digest)
    wait_for(lambda: world.vendors.effects(since=so_far), "the refund to have its effect")
    customer = proposal.steps.get().arguments["customerUniqueId"]  # in the path of all that is read of it
    world.vendors.fail_next(status=503, times=1000, path_contains=customer)
    _wait_until(proposal, Status.UNKNOWN)


def _wait_until(proposal: Proposal, status: str) -> None:
    def is_so() -> bool:
        proposal.refresh_from_db()
        return proposal.status == status

    wait_for(is_so, f"{proposal} to be {status}")
