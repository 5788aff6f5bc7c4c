"""What becomes of the rows of an import once it is approved, and where that can be read."""

import csv
import io
import json

import pytest
from django.urls import reverse
from django.utils import timezone

from console.approvals import deciding, execution
from console.approvals.models import Proposal
from console.audit.models import Entry
from console.audit.queries import Choice
from console.imports.models import Import
from console.mirror.models import Customer
from tests import receivables as books
from tests.imports.conftest import customers, many, propose

pytestmark = pytest.mark.usefixtures("committed_db")
Status = Proposal.Status
BULK = "v2_create_customers_bulk"
LOCKED_OUT = json.dumps(
    {
        "response_status": 1,
        "response_message": "Error",
        "response_data": {"error_code": "BDC_1107", "error_message": "Organization is locked out."},
    }
)


@pytest.fixture
def approved(client, kept, people, sandbox):
    """Uploads, proposes all rows and approves; BILL refuses names that are taken."""
    books.fill(sandbox)
    sandbox.settings(bill_refuses_customers_of_a_name=True)

    def of(content: bytes, *rows: int) -> tuple[Import, Proposal]:
        one = kept(content)
        numbers = rows or range(2, content.count(b"\r\n") + 1)
        assert propose(client, one, *numbers).status_code == 302
        proposal = Proposal.objects.get()
        return one, deciding.approve(proposal_id=proposal.pk, actor=people["dana"], digest=proposal.digest)

    return of


def attended(proposal: Proposal, *, times: int = 1) -> Proposal:
    for _ in range(times):
        execution.attend(proposal.pk)
        Proposal.objects.filter(pk=proposal.pk, status=Status.UNKNOWN).update(due_at=timezone.now())
    proposal.refresh_from_db()
    return proposal


def not_made(client, one: Import) -> list[list[str]]:
    content = b"".join(client.get(reverse("imports:not-made", args=[one.pk]))).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))[1:]


def found_in_log(text: str) -> list[str]:
    return [entry.summary for entry in Entry.objects.filter(Choice(text=text).condition())]


def test_two_hundred_customers_are_made_by_two_requests_and_are_in_the_mirror(approved, sandbox):
    _, proposal = approved(many(200))
    proposal = attended(proposal)
    assert (proposal.status, proposal.outcome) == (Status.SUCCEEDED, "200 of 200 done.")
    assert [effect["operation"] for effect in sandbox.effects()] == [BULK, BULK]
    assert Customer.objects.filter(name__startswith="Customer ").count() == 200


def test_a_refused_row_stops_no_other_of_the_list(approved, sandbox, client):
    content = many(99) + b"Harbor Cafe,harbor@x.example\r\n" + many(60, first=101).split(b"\r\n", 1)[1]
    one, proposal = approved(content)
    proposal = attended(proposal)
    assert (proposal.status, proposal.outcome) == (Status.PARTLY_DONE, "159 of 160 done: 1 there already.")
    assert len(sandbox.effects()) == 2
    page = client.get(one.get_absolute_url()).text
    assert "159 of 160 done: 1 there already." in page
    assert "Customer number Harbor Cafe is already in use." in page
    assert page.count("Already there") == 1


def test_every_row_is_found_in_the_log_by_name_and_by_its_new_id(approved):
    _, proposal = approved(customers("Zoë Ltd,zoe@x.example", "Harbor Cafe,"))
    attended(proposal)
    made = Customer.objects.get(name="Zoë Ltd")
    [told] = found_in_log(made.vendor_id)[:1]
    assert told == f"{proposal.number} step 1, record 1: Zoë Ltd ({made.vendor_id}) done"
    assert any("record 2: Harbor Cafe there already" in told for told in found_in_log("Harbor Cafe"))


def test_rows_that_bill_refused_are_given_out_to_be_corrected_and_imported_again(approved, sandbox, client):
    content = customers("One,USD", "Two,ISK", "Harbor Cafe,", "Left Ltd,", header="Name,Currency")
    one, proposal = approved(content, 2, 3, 4)
    attended(proposal)
    refused, left_out = not_made(client, one)
    assert refused[:1] + refused[2:] == ["3", "Two", "ISK"]
    assert "invoiceCurrency" in refused[1]
    assert left_out == ["5", "It was not sent.", "Left Ltd", ""]


def test_a_lost_answer_stops_the_list_and_what_was_not_sent_can_be_imported_again(approved, sandbox, client):
    one, proposal = approved(many(150))
    sandbox.drop_reply(connector="bill", operation=BULK)
    proposal = attended(proposal)
    assert proposal.status == Status.UNKNOWN
    assert client.get(one.get_absolute_url()).text.count("Outcome unknown") >= 100
    proposal = attended(proposal, times=4)
    assert proposal.status == Status.PARTLY_DONE
    assert proposal.outcome.startswith("Stopped after step 1: its outcome was unknown for a while.")
    assert len(sandbox.effects()) == 1
    assert [row[0] for row in not_made(client, one)] == [str(number) for number in range(102, 152)]


def test_a_list_that_is_refused_whole_goes_no_further(approved, sandbox, client):
    one, proposal = approved(many(150))
    sandbox.fail_next(connector="bill", operation=BULK, status=200, body=LOCKED_OUT)
    proposal = attended(proposal)
    assert proposal.status == Status.FAILED
    assert sandbox.effects(took=True) == []
    assert len(not_made(client, one)) == 150


def test_the_page_of_a_list_that_stands_still_is_not_sent_again(approved, client):
    one, proposal = approved(customers("One,"))
    attended(proposal)
    version = client.get(one.get_absolute_url()).context["version"]
    assert client.get(f"{one.get_absolute_url()}?v={version}").status_code == 204
