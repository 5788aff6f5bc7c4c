"""The inbox over HTTP: who sees what, what a click does, and what is said when it does not."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from console.approvals import execution, queries
from console.approvals.models import Proposal
from console.approvals.proposing import StepDraft
from console.audit.models import Entry

HTMX = {"HTTP_HX_REQUEST": "true"}
Status = Proposal.Status


@pytest.fixture
def sign_in(people):
    def as_person(name: str) -> Client:
        client = Client()
        client.force_login(people[name])
        return client

    return as_person


def page(proposal: Proposal, what: str = "detail") -> str:
    return reverse(f"approvals:{what}", args=[proposal.pk])


def test_a_stranger_is_sent_to_sign_in(retry):
    answer = Client().get(page(retry()))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("accounts:sign-in"))


def test_a_proposal_has_a_page_of_its_own(retry, sign_in):
    answer = sign_in("dana").get(page(retry()))
    assert answer.status_code == 200
    assert b"Retry payment on 7KQ2M9XTRB-3" in answer.content
    assert b"<html" in answer.content


def test_htmx_gets_the_fragment_alone(retry, sign_in):
    answer = sign_in("dana").get(page(retry()), **HTMX)
    assert answer.content.lstrip().startswith(b'<section class="dp"')


def poll(client: Client, shown: str):
    """What an open page asks every few seconds."""
    return client.get(unescape(re.search(r'hx-get="([^"]*\?v=[^"]*)"', shown)[1]), **HTMX)


@pytest.mark.parametrize("query", ["", "?confirm=approve"])
def test_a_page_that_is_up_to_date_is_left_alone(retry, sign_in, query):
    dana = sign_in("dana")
    assert poll(dana, dana.get(page(retry()) + query, **HTMX).text).status_code == 204


def test_the_first_of_two_approvals_is_shown_to_an_open_page(retry, sign_in, approve, sandbox):
    customer = sandbox.stories()["upgrade"]["customerUniqueId"]
    large = {"customerUniqueId": customer, "currencyCode": "USD", "amount": 1_000_000, "description": "Setup"}
    proposal, luis = retry(steps=[StepDraft("billsby_charge_customer", large)]), sign_in("luis")
    shown = luis.get(page(proposal), **HTMX).text
    approve(proposal)
    assert "Approved by Dana" in poll(luis, shown).text


def test_every_move_is_shown_to_an_open_page(retry, sign_in, approve):
    proposal, luis = approve(retry()), sign_in("luis")
    shown = luis.get(page(proposal), **HTMX).text
    execution.attend(proposal.pk)
    assert "Confirmed by a fresh read" in poll(luis, shown).text


def test_the_requester_sees_no_approve_button(retry, sign_in):
    answer = sign_in("priya").get(page(retry()) + "?confirm=approve")
    assert page(Proposal.objects.get(), "approve").encode() not in answer.content
    assert b"Withdraw" in answer.content


def test_the_confirmation_repeats_act_and_amount(retry, sign_in):
    answer = sign_in("dana").get(page(retry()) + "?confirm=approve", **HTMX)
    assert b"$348.00?</b>" in answer.content


def test_approving_carries_the_fingerprint(retry, sign_in):
    proposal = retry()
    sign_in("dana").post(page(proposal, "approve"), {"digest": proposal.digest}, **HTMX)
    proposal.refresh_from_db()
    assert proposal.status == Status.APPROVED


def test_the_log_says_whence_a_decision_came_and_what_it_allowed(retry, sign_in):
    proposal, dana = retry(), sign_in("dana")
    dana.post(page(proposal, "approve"), {"digest": proposal.digest})
    execution.attend(proposal.pk)
    decision = [str(proposal.decisions.get().pk)]

    approved = Entry.objects.get(action="proposal.approved")
    assert (approved.source_ip, approved.event()["decision_ids"]) == ("127.0.0.1", decision)
    assert approved.session_ref != ""
    assert dana.session.session_key not in approved.session_ref

    sent = Entry.objects.get(action="attempt.sent")
    assert (sent.source_ip, sent.session_ref, sent.event()["decision_ids"]) == ("", "", decision)


def test_another_fingerprint_is_a_conflict_and_shows_what_stands_now(retry, sign_in):
    proposal = retry()
    answer = sign_in("dana").post(page(proposal, "approve"), {"digest": "0" * 64}, **HTMX)
    assert answer.status_code == 409
    assert b"not what was on your screen" in answer.content


def test_without_a_fingerprint_nothing_happens(retry, sign_in):
    proposal = retry()
    answer = sign_in("dana").post(page(proposal, "approve"), {}, **HTMX)
    proposal.refresh_from_db()
    assert (answer.status_code, proposal.status) == (422, Status.PENDING)


def test_approving_by_a_link_is_not_possible(retry, sign_in):
    assert sign_in("dana").get(page(retry(), "approve")).status_code == 405


def test_approving_without_the_csrf_token_is_refused(retry, people):
    proposal = retry()
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["dana"])
    answer = client.post(page(proposal, "approve"), {"digest": proposal.digest})
    proposal.refresh_from_db()
    assert (answer.status_code, proposal.status) == (403, Status.PENDING)


def test_the_requester_posting_anyway_is_refused(retry, sign_in):
    proposal = retry(actor="dana")
    answer = sign_in("dana").post(page(proposal, "approve"), {"digest": proposal.digest})
    proposal.refresh_from_db()
    assert (answer.status_code, proposal.status) == (403, Status.PENDING)
    assert b"somebody else must decide it" in answer.content


def test_a_rejection_without_a_reason_asks_for_one(retry, sign_in):
    proposal = retry()
    answer = sign_in("dana").post(
        page(proposal, "reject"), {"digest": proposal.digest, "reason": " "}, **HTMX
    )
    assert answer.status_code == 422
    assert b"Say why" in answer.content


def test_a_finished_proposal_of_another_number_is_not_found(retry, sign_in):
    retry()
    assert sign_in("dana").get(reverse("approvals:detail", args=[999_999])).status_code == 404


def test_the_inbox_groups_what_needs_this_person(retry, sign_in):
    retry()
    assert b"Needs your decision" in sign_in("dana").get(reverse("approvals:inbox")).content
    assert b"Nothing needs you" in sign_in("omar").get(reverse("approvals:inbox") + "?tab=needs").content


def test_most_money_comes_first_and_none_last(retry, people):
    step = StepDraft("bill_create_customer", {"name": "Acme", "email": "a@acme.example"})
    without_money, with_money = retry(steps=[step]), retry()
    assert (without_money.amount_minor, with_money.amount_minor) == (None, 34_800)
    [group] = queries.needs(people["dana"])
    assert group.rows == (with_money, without_money)


@pytest.mark.parametrize(("tab", "most"), [("needs", 30), ("others", 20)])
def test_the_inbox_asks_the_database_the_same_however_long_it_is(
    retry, sign_in, django_assert_max_num_queries, tab, most
):
    proposal, client = retry(), sign_in("dana")
    client.get(reverse("approvals:inbox"))  # what is asked once for all stays out of the count
    with django_assert_max_num_queries(most) as of_one:
        client.get(reverse("approvals:inbox"), {"tab": tab})
    step = proposal.steps.get()
    for _ in range(19):
        copy_row(step, proposal=copy_row(proposal))
    with django_assert_max_num_queries(len(of_one)):
        client.get(reverse("approvals:inbox"), {"tab": tab})


def copy_row(row, **changes):
    names = [field.name for field in row._meta.concrete_fields if not field.primary_key]
    return type(row).objects.create(**{name: getattr(row, name) for name in names} | changes)


def test_the_checks_say_that_the_record_moved(retry, sign_in, sandbox):
    proposal = retry()
    sandbox.change("billsby", "invoice", sandbox.stories()["retry_pays"]["invoiceNumber"], status="Paid")
    answer = sign_in("dana").get(page(proposal, "checks"), **HTMX)
    assert b"Changed since proposed" in answer.content


def test_once_approved_our_own_change_is_not_looked_at_as_somebody_elses(retry, sign_in, approve):
    proposal, dana = retry(), sign_in("dana")
    assert page(proposal, "checks") in dana.get(page(proposal), **HTMX).text
    approve(proposal)
    assert page(proposal, "checks") not in dana.get(page(proposal), **HTMX).text


def test_what_moved_is_told_in_the_same_word_everywhere(retry, sign_in, approve, sandbox):
    proposal = approve(retry())
    sandbox.change("billsby", "invoice", sandbox.stories()["retry_pays"]["invoiceNumber"], status="Paid")
    execution.attend(proposal.pk)
    shown = sign_in("dana").get(page(proposal), **HTMX).text
    assert shown.count("Changed since proposed") == 3  # the pill, the outcome, the timeline
    assert "Stale" not in shown


def test_checking_again_takes_back_what_no_longer_holds(retry, sign_in, sandbox):
    proposal, dana = retry(), sign_in("dana")
    number = sandbox.stories()["retry_pays"]["invoiceNumber"]
    sandbox.change("billsby", "invoice", number, status="Paid")
    assert 'data-key="C"' in dana.get(page(proposal, "checks"), **HTMX).text
    sandbox.change("billsby", "invoice", number, status="Unpaid")
    assert '<div id="drift" hx-swap-oob="true"></div>' in dana.get(page(proposal, "checks"), **HTMX).text


def test_markup_in_a_record_is_shown_as_text(retry, sign_in, connected, people):
    name = "<script>alert(1)</script>"
    step = StepDraft("bill_create_customer", {"name": name, "email": "a@acme.example"})
    answer = sign_in("dana").get(page(retry(steps=[step])))
    assert b"<script>alert" not in answer.content
