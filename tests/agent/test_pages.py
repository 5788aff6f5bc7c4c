"""The chat's pages: whose they are, and that a reload shows what was told by the socket."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agent.models import Conversation
from tests.agent.conftest import asks


@pytest.fixture
def priya(committed_db, people) -> Client:
    browser = Client()
    browser.force_login(people["priya"])
    return browser


def test_somebody_not_signed_in_is_sent_to_the_door(conversation):
    for url in (reverse("agent:chat-list"), conversation.get_absolute_url()):
        assert Client().get(url).status_code == 302


@pytest.mark.parametrize("route", ["agent:chat", "agent:rail"])
def test_somebody_elses_conversation_is_not_found(conversation, people, route):
    browser = Client()
    browser.force_login(people["dana"])
    assert browser.get(reverse(route, args=[conversation.pk])).status_code == 404


def test_the_list_offers_questions_and_names_the_conversations(priya, conversation):
    Conversation.objects.update(title="Marlowe charged twice")
    page = priya.get(reverse("agent:chat-list")).content.decode()
    assert "Marlowe charged twice" in page
    assert "Which customers owe us" in page


def test_a_question_on_the_list_page_opens_a_conversation_that_asks_it(priya):
    answer = priya.post(reverse("agent:new"), {"text": "Who owes us?"})
    page = priya.get(answer.url).content.decode()
    assert "data-say" in page
    assert "Who owes us?" in page


def test_a_reload_shows_the_thread(answer, conversation, connected, sandbox, priya):
    number = sandbox.stories()["retry_pays"]["invoiceNumber"]
    answer(
        asks(("billsby_get_invoice", {"invoiceNumber": number})),
        asks(("billsby_retry_invoice_payment", {"invoiceNumber": number, "reason": "Card updated."})),
        {"text": "I proposed **one** retry."},
        text="Retry it",
    )
    page = priya.get(conversation.get_absolute_url()).content.decode()
    assert "Read invoice in Billsby" in page
    assert "<strong>one</strong>" in page
    assert 'class="prop"' in page
    assert f'data-seq="{Conversation.objects.get().last_seq}"' in page


def test_a_failed_answer_offers_to_try_again(answer, conversation, priya):
    answer({"status": 500, "body": "oops"})
    page = priya.get(conversation.get_absolute_url()).content.decode()
    assert "data-try-again" in page
    assert "cannot be reached" in page


def test_what_people_type_is_shown_as_text(answer, conversation, priya):
    answer({"text": "Hello"}, text="<script>alert(1)</script>")
    assert "<script>alert(1)" not in priya.get(conversation.get_absolute_url()).content.decode()


def test_a_scripted_model_is_named_as_such(priya, settings):
    settings.MODEL_IS_SCRIPTED = True
    assert "no language model is answering" in priya.get(reverse("agent:chat-list")).content.decode()


def test_a_page_has_no_inline_script_or_style(priya, conversation):
    page = priya.get(conversation.get_absolute_url()).content.decode()
    assert " style=" not in page
    assert " onclick=" not in page
    assert "<script>" not in page


def test_the_list_asks_the_database_the_same_however_long_it_is(priya, people):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            priya.get(reverse("agent:conversations"))
        return len(asked)

    Conversation.objects.create(owner=people["priya"], title="The first")
    queries()  # what is asked once for all stays out of the count
    of_one = queries()
    for number in range(19):
        Conversation.objects.create(owner=people["priya"], title=f"{number}")
    assert queries() == of_one
