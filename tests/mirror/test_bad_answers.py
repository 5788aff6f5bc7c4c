"""Answers that no vendor should give: what the person sees, and that nothing is lost or doubled."""

import pytest
from django.urls import reverse
from django.utils import timezone

from console.approvals import deciding, execution
from console.approvals.models import Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.audit.models import Entry
from console.connections.clients import read_live
from console.mirror.models import Customer, Invoice, RefusedRecord, Sync
from console.mirror.sync import sync_connection
from tests.mirror.factories import make_customer

LISTED = "billsby_list_invoices"
OUR_KEY = "halden_" + "0" * 32
UNKNOWN_KEY = "halden_" + "5" * 32
OTHERS_KEY = "otherco_" + "0" * 32
HTML = "<!doctype html><html><body><h1>Down for maintenance</h1></body></html>"
CUT_OFF = '{"currentPage": 1, "pageCount": 3, "rowCount": 293, "results": [{"invoiceNumber": "7KQ2'

pytestmark = pytest.mark.django_db


@pytest.fixture
def billsby(connected):
    return connected["billsby"]


@pytest.fixture
def number(sandbox) -> str:
    return sandbox.stories()["retry_pays"]["invoiceNumber"]


@pytest.fixture
def connections_page(client, people):
    """connections_page(): what stands there for a finance manager."""

    def page() -> str:
        client.force_login(people["dana"])
        return client.get(reverse("connections:list")).text

    return page


def give(connection, *, key: str, domain: str = "halden") -> None:
    connection.injected, connection.credentials = {"companyDomain": domain}, {"api_key": key}
    connection.save()


def read_invoices(connection, on_progress=None) -> Sync:
    (run,) = sync_connection(connection, on_progress, kind="invoice")
    run.refresh_from_db()
    return run


def at_page(page: int, act):
    """For on_progress: do something once, when that page is in the mirror."""
    seen = []

    def happen(run: Sync) -> None:
        seen.append(run.done)
        if len(seen) == page:
            act()

    return happen


def mirrored() -> list[str]:
    return sorted(Invoice.objects.values_list("vendor_id", flat=True))


def at_vendor(connection) -> list[str]:
    return sorted(row["invoiceNumber"] for row in read_live(connection, LISTED, {"limit": 500}).data)


@pytest.mark.parametrize(
    ("domain", "key", "words"),
    [
        pytest.param("no-such-company", OUR_KEY, "another company", id="unknown-domain"),
        pytest.param("halden", UNKNOWN_KEY, "missing or not known", id="wrong-key"),
        pytest.param("halden", OTHERS_KEY, "another company", id="key-of-another-tenant"),
    ],
)
def test_an_account_that_is_not_ours_is_said_and_hides_nothing(billsby, connections_page, domain, key, words):
    read_invoices(billsby)
    before = mirrored()
    give(billsby, domain=domain, key=key)
    states = {read_invoices(billsby).state for _ in range(3)}
    shown = connections_page()
    assert "Billsby did not accept our credentials: “The API key" in shown
    assert words in shown
    assert key not in shown
    assert (states, mirrored()) == ({Sync.State.FAILED}, before)


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "0"}, {"Retry-After": "3600"}])
def test_a_storm_of_429_is_said_and_the_reading_then_goes_on(billsby, sandbox, connections_page, headers):
    def storm() -> None:
        sandbox.rate_limit(times=1_000, headers=headers, connector="billsby")

    run = read_invoices(billsby, at_page(1, storm))
    assert "Billsby takes no more calls for now." in connections_page()
    assert (run.state, run.done) == (Sync.State.FAILED, len(mirrored()))
    sandbox.clear_faults()
    again = read_invoices(billsby)
    assert (again.pk, again.state, again.done) == (run.pk, Sync.State.DONE, again.total)
    assert mirrored() == at_vendor(billsby)


def test_pages_that_shift_while_they_are_read_lose_and_double_nothing(
    billsby, sandbox, number, connections_page
):
    pattern = sandbox.record("billsby", "invoice", number)
    owner = number.rpartition("-")[0]

    def shift() -> None:
        for extra in (901, 902, 903):
            fields = {**pattern, "invoiceNumber": f"{owner}-{extra}", "invoiceId": extra}
            sandbox.add("billsby", "invoice", f"{owner}-{extra}", owner=owner, **fields)
        for gone in mirrored()[:5]:
            sandbox.remove("billsby", "invoice", gone)

    read_invoices(billsby, at_page(1, shift))
    read_invoices(billsby)
    read_invoices(billsby)
    assert mirrored() == at_vendor(billsby)
    assert f'<td>Invoices</td><td class="r num">{len(mirrored())}</td>' in connections_page()


@pytest.mark.parametrize("body", [CUT_OFF, HTML])
@pytest.mark.parametrize("page", [0, 1])
def test_an_answer_that_is_no_whole_json_is_said_and_the_reading_then_goes_on(
    billsby, sandbox, connections_page, body, page
):
    def break_next() -> None:
        sandbox.fail_next(status=200, body=body, operation=LISTED, path_contains=f"?page={page + 1}&")

    if page == 0:
        break_next()
    run = read_invoices(billsby, at_page(page, break_next))
    assert run.state == Sync.State.FAILED
    assert "Billsby answered in a form we cannot read." in connections_page()
    assert read_invoices(billsby).state == Sync.State.DONE
    assert mirrored() == at_vendor(billsby)


def test_an_empty_page_before_the_last_is_no_end_of_the_list(billsby, sandbox, connections_page):
    def leave_out() -> None:
        body = '{"currentPage": 2, "pageCount": 3, "pageSize": 100, "rowCount": 293, "results": []}'
        sandbox.fail_next(status=200, body=body, operation=LISTED, path_contains="?page=2&")

    run = read_invoices(billsby, at_page(1, leave_out))
    assert run.state == Sync.State.FAILED
    assert "The list breaks off before the last of the pages it tells of." in connections_page()
    assert read_invoices(billsby).state == Sync.State.DONE
    assert mirrored() == at_vendor(billsby)


@pytest.mark.parametrize("amount", [29.995, 2**53, 2**53 + 1, 2**70, -(2**70)])
def test_an_amount_that_cannot_be_exact_is_kept_aside_and_the_last_one_stays(
    billsby, sandbox, number, connections_page, amount
):
    read_invoices(billsby)
    before, held = Invoice.objects.get(vendor_id=number).amount_minor, mirrored()
    sandbox.change("billsby", "invoice", number, amount=amount)
    assert [read_invoices(billsby).state for _ in range(3)] == [Sync.State.DONE] * 3
    assert "1 record did not fit; see the audit log" in connections_page()
    entry = Entry.objects.get(action="mirror.record_refused")
    assert (entry.object_id, entry.after["field"]) == (number, RefusedRecord.objects.get().field)
    assert str(amount) in entry.reason
    assert (Invoice.objects.get(vendor_id=number).amount_minor, mirrored()) == (before, held)


@pytest.mark.parametrize(
    ("currency", "amount", "shown"),
    [("JPY", 48_000, "¥48,000"), ("KWD", 1_234_567, "KWD\N{NO-BREAK SPACE}1,234.567")],
)
def test_a_currency_without_cents_or_with_three_digits_is_shown_by_its_own_digits(
    billsby, sandbox, number, client, people, currency, amount, shown
):
    sandbox.change("billsby", "invoice", number, currency=currency, amount=amount)
    read_invoices(billsby)
    invoice = Invoice.objects.get(vendor_id=number)
    client.force_login(people["dana"])
    assert shown in client.get(invoice.get_absolute_url()).text
    assert shown in client.get(reverse("mirror:invoice-list"), {"currency": currency}).text
    assert (invoice.currency, invoice.amount_minor, invoice.open_minor) == (currency, amount, amount)


def test_a_name_that_is_far_too_long_is_kept_aside_and_the_last_one_stays(
    billsby, sandbox, number, connections_page
):
    owner = number.rpartition("-")[0]
    sync_connection(billsby, kind="customer")
    before, count = Customer.objects.get(vendor_id=owner).name, Customer.objects.count()
    sandbox.change("billsby", "customer", owner, firstName="n" * 10_000)
    sync_connection(billsby, kind="customer")
    assert "1 record did not fit; see the audit log" in connections_page()
    assert Entry.objects.get(action="mirror.record_refused").after["field"] == "name"
    assert (Customer.objects.get(vendor_id=owner).name, Customer.objects.count()) == (before, count)


def test_a_name_with_right_to_left_marks_is_kept_as_it_came_and_written_out_where_one_decides(
    billsby, sandbox, number, client, people
):
    owner = number.rpartition("-")[0]
    sandbox.change("billsby", "customer", owner, firstName="Acme \u202e00.04$", lastName="\u200fInc")
    for kind in ("customer", "invoice"):
        sync_connection(billsby, kind=kind)
    customer = Customer.objects.get(vendor_id=owner)
    assert customer.name == "Acme \u202e00.04$ \u200fInc"
    client.force_login(people["priya"])
    client.post(
        reverse("mirror:invoice-retry", args=[Invoice.objects.get(vendor_id=number).pk]), {"reason": "Card."}
    )
    proposal = Proposal.objects.get()
    shown = client.get(reverse("approvals:detail", args=[proposal.pk])).text
    assert "\u202e" not in shown
    assert "Acme ‹U+202E›00.04$ ‹U+200F›Inc" in shown


def test_a_name_that_turns_its_line_round_turns_nothing_beside_it(billsby, connected, client, people):
    customer = make_customer(billsby, email="ap@marlowe.example")
    make_customer(connected["bill"], name="\u202eInc", email="ap@marlowe.example")
    client.force_login(people["priya"])
    assert "<bdi>\u202eInc</bdi>" in client.get(customer.get_absolute_url()).text


@pytest.fixture
def approved(connected, sandbox, people):
    """A retry of a payment that somebody has approved."""
    invoice = sandbox.stories()["retry_pays"]["invoiceNumber"]
    step = StepDraft("billsby_retry_invoice_payment", {"invoiceNumber": invoice})
    filed = propose(actor=people["priya"], steps=[step], reason="Card updated.", origin=Origin("form"))
    deciding.approve(proposal_id=filed.pk, actor=people["dana"], digest=filed.digest)
    return filed


def attend(proposal: Proposal) -> Proposal:
    Proposal.objects.filter(pk=proposal.pk).update(due_at=timezone.now())
    execution.attend(proposal.pk)
    proposal.refresh_from_db()
    return proposal


@pytest.mark.parametrize("key", [UNKNOWN_KEY, OTHERS_KEY])
def test_nothing_is_sent_with_a_key_that_is_not_ours_and_once_with_ours(approved, billsby, sandbox, key):
    give(billsby, key=key)
    assert attend(approved).status == Proposal.Status.APPROVED
    assert approved.outcome.startswith("Nothing was sent: Billsby did not accept our credentials")
    give(billsby, key=OUR_KEY)
    assert attend(approved).status == Proposal.Status.SUCCEEDED
    assert len(sandbox.effects()) == 1


@pytest.mark.parametrize("key", [UNKNOWN_KEY, OTHERS_KEY])
def test_who_cannot_see_the_record_never_calls_an_unknown_outcome_absent(
    approved, billsby, sandbox, settings, key
):
    sandbox.drop_reply(path_contains="/Payment")
    attend(approved)
    give(billsby, key=key)
    for _ in range(settings.CLEAN_PROBES_FOR_ABSENT + 1):
        assert attend(approved).status == Proposal.Status.UNKNOWN
    assert approved.outcome.startswith("Could not read it back: Billsby did not accept our credentials")
    give(billsby, key=OUR_KEY)
    assert attend(approved).status == Proposal.Status.SUCCEEDED
    assert len(sandbox.effects()) == 1
