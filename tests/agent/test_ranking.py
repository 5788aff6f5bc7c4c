"""What staff say, and the tools that are found by it, with nothing asked of anybody."""

import json
from collections import Counter
from io import StringIO

import pytest
import yaml
from django.core.management import call_command

from agent.tools.ranking import WORDS, stems, vocabulary
from agent.tools.registry import all_tools, ranked


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("freeze a card", "bill_freeze_spend_card"),
        ("approve bills that wait", "bill_approve_or_deny_bills"),
        ("change where a supplier is paid", "bill_create_vendor_bank_account"),
        ("put a department away", "bill_archive_department"),
        ("look up a company in the BILL network", "bill_search_network"),
        ("raise a budget", "bill_update_budget"),
        ("stop a payment", "bill_cancel_payment"),
        ("send a pdf with a bill", "bill_upload_bill_document"),
        ("bad debt", "billsby_write_off_invoice"),
        ("dunning", "billsby_retry_invoice_payment"),
        ("card on file", "billsby_replace_payment_card"),
        ("chargeback", "billsby_refund_invoice"),
        ("reembursement aproval", "bill_approve_or_deny_reimbursement"),
    ],
)
def test_what_staff_would_say_finds_the_tool(text, name):
    assert name in [tool.name for _, tool in ranked(text)[:5]]


def test_every_operation_is_found_by_its_own_name():
    lost = [
        tool.name
        for tool in all_tools().values()
        if tool.connector
        and tool
        not in [one for _, one in ranked(tool.name.replace("_", " ").replace("bill ", "BILL ", 1))[:5]]
    ]
    assert lost == []


def test_equal_tools_stand_in_the_order_of_their_names():
    found = ranked("archive")
    assert found == sorted(found, key=lambda pair: (-pair[0], pair[1].name))


def test_endings_and_capitals_make_no_difference_but_to_bill():
    assert stems("Charging charged CHARGES") == ["charg"] * 3
    assert stems("Cancelled billed") == ["cancel", "bill"]
    assert stems("authorised cheques") == stems("authorized checks")
    assert stems("BILL's bills at Billsby") == ["@bill", "bill", "at", "@billsby"]


def test_every_phrase_stands_once_and_can_be_heard():
    said = [tuple(stems(str(phrase))) for phrase in yaml.safe_load(WORDS.read_text("utf-8"))][1:]
    assert [phrase for phrase, times in Counter(said).items() if times > 1] == []
    assert not vocabulary().empty & {phrase[0] for phrase in said if len(phrase) == 1}


def test_a_misspelt_word_is_taken_for_one_that_begins_alike():
    assert ranked("retrry")[0][1] == ranked("retry")[0][1]
    assert ranked("xetry") == []


def test_the_ranking_is_printed_with_scores():
    out = StringIO()
    call_command("tools", find="void a payment", json=True, stdout=out)
    first, second, *_ = json.loads(out.getvalue())
    assert first["name"] == "bill_void_payment"
    assert first["score"] > second["score"]


def test_what_nothing_fits_is_told_in_words():
    out = StringIO()
    call_command("tools", find="xyzzy", stdout=out)
    assert "other words" in out.getvalue()
