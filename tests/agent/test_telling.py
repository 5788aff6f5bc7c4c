"""The conversation is told what became of its proposals, once, and the agent says so."""

import asyncio

import pytest
from channels.db import database_sync_to_async as in_db

from agent import telling
from agent.models import Message, Told
from agent.scripted.conversation import read_news
from console.approvals import deciding
from console.approvals.models import Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.ui import statuses
from tests.agent.page import Page


@pytest.fixture
def proposal(conversation, connected, people, sandbox) -> Proposal:
    number = sandbox.stories()["retry_pays"]["invoiceNumber"]
    step = StepDraft("billsby_retry_invoice_payment", {"invoiceNumber": number})
    return propose(
        actor=people["priya"],
        steps=[step],
        reason="Card updated.",
        origin=Origin("conversation", str(conversation.pk)),
        proposer_kind="agent",
    )


@pytest.fixture
def reject(proposal, people):
    def by_dana() -> None:
        deciding.reject(
            proposal_id=proposal.pk, actor=people["dana"], digest=proposal.digest, reason="Not now."
        )

    return by_dana


def test_an_open_page_is_told_and_the_agent_says_so(page, model, proposal, reject):
    model.will({"text": "It was rejected."})

    async def scenario() -> Page:
        async with page() as mine:
            await in_db(reject)()
            assert await mine.until_ended() == "idle"
            return mine

    mine = asyncio.run(scenario())
    told = Message.objects.get(role="system").text
    assert told == f"Proposal {proposal.number} ({proposal.sentence}) is now “Rejected”: {outcome(proposal)}"
    assert "It was rejected." in mine.html


@pytest.mark.parametrize("status", telling.WORTH_TELLING)
def test_news_say_the_word_on_screen_and_the_scripted_model_knows_it(status):
    told = telling.sentence_about(
        Proposal(pk=12, status=status, sentence="Retry (again)", outcome="Seen: yes.")
    )
    assert f"is now “{statuses.PROPOSAL[status].word}”: Seen" in told
    assert [(news.number, news.status, news.detail) for news in read_news(told)] == [
        ("P-12", status, "Seen: yes.")
    ]


def outcome(proposal: Proposal) -> str:
    return Proposal.objects.get(pk=proposal.pk).outcome


def test_what_happened_while_nobody_looked_is_told_on_opening(page, model, proposal, reject):
    reject()
    model.will({"text": "It was rejected."})

    async def scenario() -> Page:
        async with page() as mine:
            await mine.until_ended()
            return mine

    assert "It was rejected." in asyncio.run(scenario()).html


def test_two_pages_tell_it_once(page, model, proposal, reject):
    model.will({"text": "It was rejected."}, {"text": "Said twice."})

    async def scenario() -> None:
        async with page() as first, page() as second:
            await in_db(reject)()
            await first.until_ended()
            await second.until_ended()

    asyncio.run(scenario())
    assert Message.objects.filter(role="system").count() == Told.objects.count() == 1
    assert Message.objects.filter(role="assistant").count() == 1


def test_news_wait_until_the_answer_is_finished(page, model, proposal, reject):
    model.pace(0.05)
    model.will({"text": "word " * 30}, {"text": "It was rejected."})

    async def scenario() -> None:
        async with page() as mine:
            await mine.say("Talk")
            await mine.until(lambda page: bool(page.pieces))
            await in_db(reject)()
            await mine.until_ended(2)

    asyncio.run(scenario())
    roles = list(Message.objects.values_list("role", flat=True))
    assert roles == ["user", "assistant", "system", "assistant"]


def test_a_waiting_proposal_is_no_news(proposal, conversation):
    assert telling.tell(conversation.pk) is None
    assert not Message.objects.exists()
