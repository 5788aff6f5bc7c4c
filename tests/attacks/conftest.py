"""One row of everything that has an address."""

from collections.abc import Mapping

import pytest

from agent.models import Conversation
from console.approvals import files
from console.approvals.proposing import Origin, StepDraft, propose
from console.connections.models import Connection
from console.imports import importing
from tests.agent.conftest import answer, conversation, model, model_url, page  # noqa: F401
from tests.files import PDF
from tests.mcp.tokens import token
from tests.mirror import factories


@pytest.fixture
def rows(db, people, connected, sandbox) -> Mapping[str, object]:
    """What the number in an address is, by kind; in the "private" conversation nothing was proposed."""
    billsby, bill = connected["billsby"], connected["bill"]
    talk = Conversation.objects.create(owner=people["priya"], title="Priya's")
    proposal = propose(
        actor=people["priya"],
        steps=[
            StepDraft(
                "billsby_retry_invoice_payment",
                {"invoiceNumber": sandbox.stories()["retry_pays"]["invoiceNumber"]},
            )
        ],
        reason="Card updated.",
        origin=Origin("conversation", str(talk.pk)),
    )
    # Without credentials: signing in to BILL is shared, and waits for no transaction around a request.
    bare = Connection.objects.create(slug="bill-bare", connector="bill", name="Bare", base_url=bill.base_url)
    of_bill = {
        "customer": factories.make_customer(bare).pk,
        "invoice": factories.make_invoice(bare).pk,
        "vendor": factories.make_vendor(bare).pk,
        "bill": factories.make_bill(bare).pk,
        "payment": factories.make_payment(bare).pk,
        "budget": factories.make_budget(bare).pk,
        "spend_card": factories.make_spend_card(bare).pk,
    }
    return {
        **{f"BILL's {kind}": pk for kind, pk in of_bill.items()},
        **{f"paper of BILL's {kind}": (pk, "00h01NOBODY") for kind, pk in of_bill.items()},
        "customer": factories.make_customer(billsby).pk,
        "invoice": factories.make_invoice(billsby).pk,
        "subscription": factories.make_subscription(billsby).pk,
        "credit_note": factories.make_credit_note(billsby).pk,
        "product": factories.make_product(billsby).pk,
        "plan": factories.make_plan(billsby).pk,
        "vendor": factories.make_vendor(bill).pk,
        "bill": factories.make_bill(bill).pk,
        "payment": factories.make_payment(bill).pk,
        "budget": factories.make_budget(bill).pk,
        "spend_card": factories.make_spend_card(bill).pk,
        "connection": billsby.pk,
        "trusting connection": bill.pk,
        "vendor_word": "bill",
        "sync": factories.make_sync(billsby, "invoice").pk,
        "events_path": "a-path-that-nobody-was-given",
        "proposal": proposal.pk,
        "file": files.store(actor=people["priya"], name="invoice.pdf", content=PDF).pk,
        "digest": proposal.digest,
        "import": importing.keep(
            actor=people["priya"],
            connection=bill,
            name="customers.csv",
            content=b"Name,E-mail\r\nAcme,a@acme.example\r\n",
        ).pk,
        "access": token(people["priya"]).access.pk,
        "conversation": talk.pk,
        "private": Conversation.objects.create(owner=people["priya"]).pk,
    }
