"""What a vendor has no more is marked as gone, with care: never deleted, never by a list alone."""

import pytest
from django.urls import reverse
from django.utils import timezone

from console.audit.models import Entry
from console.mirror.asking import Question, ask
from console.mirror.conditions import Condition
from console.mirror.models import Invoice, Product, Sync
from console.mirror.sync import sync_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def billsby(connected):
    for kind in ("product", "invoice"):
        sync_connection(connected["billsby"], kind=kind)
    return connected["billsby"]


@pytest.fixture
def number(sandbox) -> str:
    return sandbox.stories()["retry_pays"]["invoiceNumber"]


def invoice(number: str) -> Invoice:
    return Invoice.with_gone.get(vendor_id=number)


def sweep(connection, kind: str = "invoice") -> Sync:
    (run,) = sync_connection(connection, kind=kind)
    return run


def hide_all(sandbox, operation: str) -> None:
    """Let a list come back empty by mistake, once."""
    body = '{"currentPage": 1, "pageCount": 0, "pageSize": 100, "rowCount": 0, "results": []}'
    sandbox.fail_next(status=200, body=body, operation=operation)


def test_what_is_missing_from_two_lists_and_not_found_is_gone(billsby, sandbox, number):
    sandbox.remove("billsby", "invoice", number)
    sweep(billsby)
    assert invoice(number).gone_at is None
    run = sweep(billsby)
    assert (run.state, run.gone) == (Sync.State.DONE, 1)
    assert invoice(number).gone_at is not None


def test_what_is_gone_is_left_out_of_lists_and_sums(billsby, sandbox, number):
    of_open = Question(kind="invoice", where=[Condition("open_minor", ">", 0)])
    before = ask(of_open)
    sandbox.remove("billsby", "invoice", number)
    sweep(billsby)
    sweep(billsby)
    after = ask(of_open)
    assert after["count"] == before["count"] - 1
    assert after["totals"] != before["totals"]
    assert not ask(Question(kind="invoice", text=number))["rows"]


def test_the_page_of_what_is_gone_says_so(billsby, sandbox, number, client, people):
    Invoice.objects.filter(vendor_id=number).update(gone_at=timezone.now())
    client.force_login(people["priya"])
    shown = client.get(reverse("mirror:invoice-detail", args=[invoice(number).pk])).text
    assert "Gone at Billsby, halden" in shown


def test_what_is_seen_again_is_back(billsby, number):
    Invoice.objects.filter(vendor_id=number).update(gone_at=timezone.now())
    sweep(billsby)
    assert invoice(number).gone_at is None


def test_what_a_list_leaves_out_and_the_vendor_still_has_is_not_gone(billsby, sandbox):
    held = Product.objects.count()
    for _ in range(2):
        hide_all(sandbox, "billsby_list_products")
        run = sweep(billsby, "product")
    assert (run.state, run.missing, run.gone) == (Sync.State.DONE, held, 0)
    assert Product.objects.count() == held


def test_a_vendor_that_is_down_makes_nothing_gone(billsby, sandbox, number):
    sandbox.remove("billsby", "invoice", number)
    sweep(billsby)
    sandbox.fail_next(status=403, operation="billsby_get_invoice")
    run = sweep(billsby)
    assert (run.state, run.gone, invoice(number).gone_at) == (Sync.State.FAILED, 0, None)
    again = sweep(billsby)
    assert (again.pk, again.gone) == (run.pk, 1)


def test_a_list_that_comes_back_empty_by_mistake_hides_nothing(billsby, sandbox):
    held = Invoice.objects.count()
    for _ in range(2):
        hide_all(sandbox, "billsby_list_invoices")
        run = sweep(billsby)
    assert (run.state, run.missing, run.gone) == (Sync.State.HELD, held, 0)
    assert Invoice.objects.count() == held
    assert sweep(billsby).state == Sync.State.DONE


@pytest.fixture
def question(billsby, sandbox) -> Sync:
    """More invoices are gone at the vendor than may go without a person's word."""
    for number in Invoice.objects.values_list("vendor_id", flat=True)[:25]:
        sandbox.remove("billsby", "invoice", number)
    sweep(billsby)
    return sweep(billsby)


def test_the_page_of_connections_asks_a_person(question, client, people):
    client.force_login(people["dana"])
    shown = client.get(reverse("connections:list")).text
    assert "25 invoices are missing from two lists in a row" in shown
    assert "Yes, they are gone" in shown


def test_a_persons_word_is_in_the_log_and_marks_them(question, billsby, client, people):
    client.force_login(people["dana"])
    client.post(reverse("connections:gone", args=[question.pk]))
    entry = Entry.objects.get(action="mirror.gone_agreed")
    assert (entry.actor_id, entry.object_id) == (str(people["dana"].pk), billsby.slug)
    run = sweep(billsby)
    assert (run.pk, run.state, run.gone) == (question.pk, Sync.State.DONE, 25)
    assert Invoice.with_gone.exclude(gone_at=None).count() == 25


def test_a_question_that_is_asked_anew_takes_no_old_answer(question, billsby, client, people):
    sweep(billsby)
    client.force_login(people["dana"])
    shown = client.post(reverse("connections:gone", args=[question.pk]), follow=True).text
    assert "being read again" in shown
    assert not Entry.objects.filter(action="mirror.gone_agreed").exists()


def test_who_may_only_propose_is_not_asked(question, client, people):
    client.force_login(people["priya"])
    assert "Yes, they are gone" not in client.get(reverse("connections:list")).text
    assert client.post(reverse("connections:gone", args=[question.pk])).status_code == 403
