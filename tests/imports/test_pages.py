"""The pages of an import: uploading, looking at the rows, and proposing them."""

import csv
import io

import pytest
from django.urls import reverse

from console.approvals import deciding
from console.approvals.models import Proposal
from console.audit.models import Entry
from console.imports.models import Import
from tests.imports.conftest import customers, many, propose

pytestmark = pytest.mark.django_db

BAD = customers("One,one@x.example", "Two,two@", ",three@x.example", "One,")


def test_a_file_is_shown_row_by_row_and_nothing_is_proposed(client, kept, sandbox):
    page = client.get(kept(BAD).get_absolute_url()).text
    assert "Row 3, E-mail: “two@” is not an address." in page
    assert "Row 4, Name: It is empty; every customer has a name." in page
    assert "Row 5, Name: The same as in row 2." in page
    assert not Proposal.objects.exists()
    assert sandbox.effects() == []


def test_a_file_that_cannot_be_read_is_told_beside_the_field_and_not_kept(upload):
    answer = upload(many(201))
    assert answer.status_code == 422
    assert "201 customers; 200 is the most" in answer.text
    assert not Import.objects.exists()


def test_uploading_stands_in_the_log_with_hash_and_count(kept):
    entry = Entry.objects.get(object_id=kept(BAD).number)
    assert "4 customers" in entry.summary
    assert entry.after["sha256"] == Import.objects.get().sha256


def test_who_may_not_propose_uploads_nothing_and_proposes_nothing(client, people, kept, connected):
    one = kept(customers("One,"))
    client.force_login(people["omar"])
    assert client.get(one.get_absolute_url()).status_code == 200
    assert "Propose the ticked" not in client.get(one.get_absolute_url()).text
    assert propose(client, one, 2).status_code == 403
    assert client.post(reverse("imports:list"), {"connection": connected["bill"].pk}).status_code == 403


def test_nobody_sees_an_import_without_signing_in(client, kept):
    one = kept(customers("One,"))
    client.logout()
    for path in (reverse("imports:list"), one.get_absolute_url(), reverse("imports:not-made", args=[one.pk])):
        assert client.get(path).status_code == 302


def test_the_ticked_rows_are_proposed_as_they_stand_in_the_file(client, kept):
    one = kept(BAD)
    answer = propose(client, one, 2, 5)
    proposal = Proposal.objects.get()
    assert answer.url == reverse("approvals:detail", args=[proposal.pk])
    [step] = proposal.steps.all()
    assert step.arguments == {"customers": [{"name": "One", "email": "one@x.example"}, {"name": "One"}]}
    assert (proposal.origin_kind, proposal.origin_id) == ("import", str(one.pk))
    assert step.card["sources"] == {"customers": f"from customers.csv ({one.number}), rows 2 to 5"}


def test_a_row_with_an_error_cannot_be_proposed_even_if_asked_for(client, kept):
    answer = propose(client, kept(BAD), 2, 3)
    assert answer.status_code == 422
    assert "Row 3 cannot be sent." in answer.text
    assert not Proposal.objects.exists()


def test_rows_are_left_out_knowingly_or_not_at_all(client, kept):
    answer = propose(client, kept(BAD), 2, knowingly="")
    assert answer.status_code == 422
    assert "3 rows are left out" in answer.text
    assert not Proposal.objects.exists()


def test_what_was_ticked_and_written_stays_after_an_error(client, kept):
    page = propose(client, kept(BAD), 5, knowingly="").text
    assert "They signed in November." in page
    assert 'value="5" aria-label="Send row 5" checked' in page
    assert 'value="2" aria-label="Send row 2">' in page


def test_no_row_and_no_reason_are_told(client, kept):
    answer = propose(client, kept(BAD), reason="")
    assert "Tick at least one row." in answer.text
    assert "Say why" in answer.text


def test_two_hundred_customers_are_one_proposal_of_two_steps(client, kept, people):
    one = kept(many(200))
    answer = propose(client, one, *range(2, 202), knowingly="")
    assert answer.status_code == 302
    proposal = Proposal.objects.get()
    assert proposal.sentence.startswith("Add 200 customers to BILL: Customer 001, ")
    assert [len(step.arguments["customers"]) for step in proposal.steps.all()] == [100, 100]
    client.force_login(people["dana"])
    page = client.get(reverse("approvals:detail", args=[proposal.pk])).text
    assert "Customer 001" in page
    assert "c200@many.example" in page
    assert "A record that BILL refuses stops no other" in page


def test_the_same_file_is_not_proposed_twice_while_one_waits(client, kept):
    one = kept(customers("One,"))
    propose(client, one, 2)
    assert "Propose the ticked" not in client.get(one.get_absolute_url()).text
    again = kept(customers("One,"))
    assert propose(client, again, 2).url == reverse("approvals:detail", args=[Proposal.objects.get().pk])


def test_what_was_rejected_unsent_can_be_proposed_again(client, kept, people):
    one = kept(customers("One,"))
    propose(client, one, 2)
    first = Proposal.objects.get()
    deciding.reject(proposal_id=first.pk, actor=people["dana"], digest=first.digest, reason="Not yet.")
    assert first.number in client.get(one.get_absolute_url()).text
    assert propose(client, one, 2).status_code == 302
    assert Proposal.objects.count() == 2


def test_rows_with_errors_can_be_downloaded_with_what_is_wrong(client, kept):
    text = read_csv(client, kept(BAD))
    assert text == [
        ["Row", "Why not", "Name", "E-mail"],
        ["3", "E-mail: “two@” is not an address.", "Two", "two@"],
        ["4", "Name: It is empty; every customer has a name.", "", "three@x.example"],
    ]


def test_a_formula_stays_text_on_the_page_and_in_a_spreadsheet_and_comes_back_as_it_was(client, kept):
    one = kept(customers("\"=cmd|'/c calc'!A1<b>\",ana@"))
    assert "=cmd|&#x27;/c calc&#x27;!A1&lt;b&gt;" in client.get(one.get_absolute_url()).text
    given_out = b"".join(client.get(reverse("imports:not-made", args=[one.pk])))
    assert b"\"'=cmd" in given_out
    kept(given_out)
    again = read_csv(client, Import.objects.first())
    assert again[1][2] == "'=cmd|'/c calc'!A1<b>"


def read_csv(client, one: Import) -> list[list[str]]:
    content = b"".join(client.get(reverse("imports:not-made", args=[one.pk]))).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))
