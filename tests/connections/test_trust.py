"""BILL's second factor on the connections page, and what waits for it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from connectors.errors import NotTrustedError
from console.approvals import deciding, execution
from console.approvals.models import Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.audit.models import Entry
from console.connections import trust
from console.connections.clients import make_ready, read_live
from console.connections.models import Connection

DAY_S = 24 * 3600
AUTO_PAY = ("bill_update_vendor", {"autoPay": True})

pytestmark = pytest.mark.django_db


@pytest.fixture
def bill(connected, people) -> Connection:
    return connected["bill"]


@pytest.fixture
def ada(client, people):
    client.force_login(people["ada"])
    return client


def url(bill: Connection, name: str = "trust") -> str:
    return reverse(f"connections:{name}", args=[bill.pk])


def test_the_card_tells_until_when_the_second_factor_is_remembered(ada, bill):
    shown = ada.get(reverse("connections:list")).text
    assert f"BILL remembers its second factor until {bill.trusted_until:%-d %b %Y}" in shown
    assert url(bill) in shown


@pytest.mark.parametrize(
    ("until", "words"), [(None, "not passed"), (timezone.now(), "no longer remembers its second factor")]
)
def test_the_card_tells_that_payments_wait(ada, bill, until, words):
    Connection.objects.filter(pk=bill.pk).update(trusted_until=until)
    shown = ada.get(reverse("connections:list")).text
    assert words in shown
    assert "payments wait" in shown


def test_a_person_asks_for_the_code_and_enters_it(ada, bill, sandbox):
    Connection.objects.filter(pk=bill.pk).update(trusted_until=None)
    before = bill.credentials
    assert "Enter the code" not in ada.get(url(bill)).text

    assert "Enter the code" in ada.post(url(bill, "ask-for-code"), follow=True).text
    ada.post(url(bill), {"code": "123456"})

    bill.refresh_from_db()
    assert bill.trusted_until - timezone.now() > timedelta(days=29)
    assert bill.credentials["remember_me_id"] != before["remember_me_id"]
    assert bill.credentials["password"] == before["password"]
    assert sandbox.record("bill", "remembered", bill.credentials["remember_me_id"])


def test_a_wrong_code_is_told_and_asked_for_again(ada, bill):
    ada.post(url(bill, "ask-for-code"))
    answer = ada.post(url(bill), {"code": "000000"})
    assert answer.status_code == 422
    assert "is not the code that was sent" in answer.text


def test_who_asked_is_in_the_log_and_the_code_is_not(ada, bill):
    ada.post(url(bill, "ask-for-code"))
    ada.post(url(bill), {"code": "123456"})
    entries = Entry.objects.filter(action__in=["connection.code_asked_for", "connection.trust_renewed"])
    assert [entry.actor_label.split(" <")[0] for entry in entries] == ["Ada Lindqvist"] * 2
    assert "123456" not in str(list(entries.values()))


@pytest.mark.parametrize("name", ["trust", "ask-for-code"])
def test_who_does_not_manage_connections_cannot_renew_it(client, people, bill, name):
    client.force_login(people["dana"])
    assert client.post(url(bill, name), {"code": "123456"}).status_code == 403


def test_a_vendor_without_a_second_factor_has_no_page_for_it(ada, connected):
    assert ada.get(url(connected["billsby"])).status_code == 404


def test_trust_that_bill_has_ended_shows_and_costs_one_sign_in(ada, bill, sandbox):
    sandbox.advance(31 * DAY_S)
    for _ in range(3):
        with pytest.raises(NotTrustedError, match="trust in this connection has ended"):
            make_ready(bill, *AUTO_PAY)
    assert "no longer remembers its second factor" in ada.get(reverse("connections:list")).text
    assert sandbox.counted("bill.logins") == 1


def test_what_needs_no_trust_is_ready_without(bill, sandbox):
    sandbox.advance(31 * DAY_S)
    make_ready(bill, "bill_update_vendor", {"autoPay": False})
    assert sandbox.counted("bill.logins") == 0


def test_an_approved_change_that_needs_trust_waits_for_it_and_is_sent_once(bill, people, sandbox, approve):
    vendor = read_live(bill, "bill_list_vendors", {"limit": 1}).data[0]["id"]
    steps = [StepDraft("bill_update_vendor", {"vendorId": vendor, "autoPay": True})]
    proposal = propose(actor=people["priya"], steps=steps, reason="Asked.", origin=Origin("form"))
    approve(proposal)
    sandbox.advance(31 * DAY_S)

    execution.attend(proposal.pk)

    proposal.refresh_from_db()
    assert proposal.status == Proposal.Status.APPROVED
    assert proposal.outcome.startswith("Nothing was sent: BILL's trust in this connection has ended.")
    assert sandbox.effects(operation="update_vendor") == []

    trust.enter_code(bill, trust.send_code(bill, actor=people["ada"]), "123456", actor=people["ada"])
    execution.attend(proposal.pk)

    proposal.refresh_from_db()
    assert proposal.status == Proposal.Status.SUCCEEDED, proposal.outcome
    assert len(sandbox.effects(operation="update_vendor")) == 1


@pytest.fixture
def approve(people):
    def by(proposal: Proposal) -> None:
        for name in ("dana", "luis")[: proposal.needed_approvals]:
            deciding.approve(proposal_id=proposal.pk, actor=people[name], digest=proposal.digest)

    return by


@pytest.mark.parametrize(("days", "words"), [(5, "ends soon"), (-1, "has ended"), (20, "Nothing needs you")])
def test_home_tells_who_manages_connections_before_it_ends(ada, bill, days, words):
    Connection.objects.update(trusted_until=timezone.now() + timedelta(days=days))
    Connection.objects.filter(connector="billsby").delete()
    assert words in ada.get(reverse("overview:home")).text
