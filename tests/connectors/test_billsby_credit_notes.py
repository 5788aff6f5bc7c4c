"""Trying again to pay out a credit note: what the local Billsby does, and what the judge says of it."""

import pytest

from connectors.errors import RefusedError
from connectors.sandbox.client import SandboxControl
from tests.connectors.billsby_account import BillsbyAccount
from tests.connectors.billsby_desk import levels

RETRY = "billsby_retry_credit_note_payment"


@pytest.fixture
def failed(billsby: BillsbyAccount) -> str:
    """A credit note whose payout failed, as the seed has them."""
    page = billsby.read("/halden/companies/creditnotes", page=1, pageSize=1, isFailed="true")
    return page["results"][0]["creditNoteUniqueId"]


def test_a_failed_credit_note_is_paid_out_where_the_card_takes_it(
    billsby: BillsbyAccount, sandbox: SandboxControl, failed: str
) -> None:
    owner, path = failed.rpartition("-")[0], f"/halden/creditNotes/{failed}/Payment"
    sandbox.change("billsby", "customer", owner, cardOutcome="declines")
    declined = billsby.send("PUT", path)
    sandbox.change("billsby", "customer", owner, cardOutcome="pays")
    paid = billsby.send("PUT", path)

    assert [answer.json() for answer in (declined, paid)] == ["success", "success"]
    own = billsby.read(f"/halden/customers/{owner}/creditNotes")
    (row,) = [row for row in own if row["invoiceNumber"] == failed]
    assert (row["status"], row["linkedTransactionsCount"]) == ("Paid", 3)
    assert [line["took"] for line in sandbox.effects()] == [False, True]
    assert billsby.send("PUT", path).status_code == 400


@pytest.mark.parametrize(
    ("outcome", "kind"), [("pays", "took"), ("declines", "refused"), ("pends", "cannot_tell")]
)
def test_a_credit_note_tried_again_tells_by_its_status(desk, sandbox, failed, outcome, kind) -> None:
    sandbox.change("billsby", "customer", failed.rpartition("-")[0], cardOutcome=outcome)
    _, expectation = desk.look(RETRY, creditNoteNumber=failed)
    assert (expectation.money.direction, "blocked" in levels(expectation)) == ("out", False)
    assert desk.probe_unsent(RETRY, creditNoteNumber=failed).kind == "absent"
    assert desk.carry_out(RETRY, creditNoteNumber=failed).kind == kind


def test_a_credit_note_that_is_paid_is_not_tried_again(desk, sandbox, failed) -> None:
    sandbox.change("billsby", "credit_note", failed, status="Paid")
    _, expectation = desk.look(RETRY, creditNoteNumber=failed)
    assert [flag.title for flag in expectation.flags if flag.level == "blocked"] == ["Not failed"]
    with pytest.raises(RefusedError):
        desk.carry_out(RETRY, creditNoteNumber=failed)
