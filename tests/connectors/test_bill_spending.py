"""Budgets and cards: what the approver is told about them, and what reading them says afterwards."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.catalogue import find_operation
from connectors.errors import ArgumentsError
from connectors.sandbox.client import SandboxControl
from connectors.transport import read
from tests.connectors.bill_account import make_client, reader
from tests.connectors.bill_desk import BillDesk, changes, titles
from tests.writes.bill_spending import cases

Case = Callable[[str], dict[str, Any]]


class Spending:
    """The cases of the writes, over the connector alone."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def rows(self, listing: str, **given: Any) -> list[dict[str, Any]]:
        return read(self.client, find_operation(listing), given).data


@pytest.fixture
def desk(sandbox: SandboxControl, sandbox_url: str) -> Iterator[BillDesk]:
    client = make_client(sandbox_url, spend_token="sandbox-spend-token")
    yield BillDesk(client, reader(client))
    client.close()


@pytest.fixture
def case(desk: BillDesk) -> Case:
    given = cases(Spending(desk.client))
    return lambda name: given[name]()


# Nothing but their answers tells what became of these.
UNSEEN = {
    "bill_accept_or_reject_spend_transaction",
    "bill_create_reimbursement_upload_url",
    "bill_create_spend_transaction_upload_url",
}
each_write = pytest.mark.parametrize("name", list(cases(None)))


@each_write
def test_a_write_that_was_answered_is_seen(desk: BillDesk, case: Case, name: str) -> None:
    verdict = desk.probe(name, desk.attempt(name, case(name)))

    assert verdict.kind == "took", verdict.sentence


@each_write
def test_a_write_whose_answer_was_lost_is_seen(
    desk: BillDesk, sandbox: SandboxControl, case: Case, name: str
) -> None:
    given = case(name)
    sandbox.drop_reply(connector="bill", operation=name.removeprefix("bill_"))
    verdict = desk.probe(name, desk.attempt(name, given, loses_answer=True))

    assert verdict.kind == ("cannot_tell" if name in UNSEEN else "took"), verdict.sentence


@each_write
def test_a_write_that_never_arrived_is_absent(desk: BillDesk, case: Case, name: str) -> None:
    verdict = desk.probe(name, desk.attempt(name, case(name), send=False))

    assert verdict.kind == ("cannot_tell" if name in UNSEEN else "absent"), verdict.sentence


def test_a_raised_limit_is_told_in_money_old_and_new(desk: BillDesk, case: Case) -> None:
    given = {"budgetId": case("bill_update_budget")["budgetId"]}
    desk.send("bill_update_budget", given | {"limit": "200", "recurringLimit": "200", "name": "Travel"})

    told = desk.expect("bill_update_budget", given | {"limit": "300.50", "recurringLimit": "250"})

    limits = "limit from $200.00 to $300.50, limit a month from $200.00 to $250.00"
    assert told.sentence == f'Change budget "Travel" in BILL, {limits}'
    assert (told.money.amount_minor, told.money.currency, told.money.direction) == (10050, "USD", "stays")
    assert "more may be spent" in told.summary


def test_a_lowered_limit_is_no_money(desk: BillDesk, case: Case) -> None:
    given = {"budgetId": case("bill_update_budget")["budgetId"], "limit": "1"}

    assert desk.expect("bill_update_budget", given).money.direction == "none"


def test_a_budget_without_a_bound_is_a_high_flag(desk: BillDesk, case: Case) -> None:
    given = {"budgetId": case("bill_update_budget")["budgetId"], "limitlessOverspend": True}
    told = desk.expect("bill_update_budget", given)

    assert told.money.direction == "unknown"
    assert titles(told) == [("high", "No limit of its own")]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"limit": None}, "limit is missing"),
        ({"recurringLimit": None}, "recurringLimit is missing"),
        ({"recurringInterval": "DAILY", "overspendBuffer": "10"}, "daily or weekly"),
        ({"recurringInterval": "WEEKLY", "limitlessOverspend": True}, "daily or weekly"),
        ({"recurMonth": 3}, "quarterly or yearly"),
        ({"limit": "1.234"}, "dollars and cents"),
        ({"owners": []}, "owners"),
    ],
)
def test_what_the_rules_of_budgets_forbid_is_not_asked(
    desk: BillDesk, case: Case, wrong: dict[str, Any], said: str
) -> None:
    given = {name: value for name, value in (case("bill_create_budget") | wrong).items() if value is not None}

    with pytest.raises(ArgumentsError, match=said):
        desk.look("bill_create_budget", given)


def test_a_once_only_budget_needs_no_limit_for_later(desk: BillDesk, case: Case) -> None:
    given = case("bill_create_budget") | {"recurringInterval": "NONE"}
    del given["recurringLimit"]

    assert desk.probe("bill_create_budget", desk.attempt("bill_create_budget", given)).kind == "took"


def test_a_card_that_shares_has_no_limit_of_its_own(desk: BillDesk, case: Case) -> None:
    given = case("bill_create_spend_card") | {"shareBudgetFunds": True}

    with pytest.raises(ArgumentsError, match="funds are shared"):
        desk.look("bill_create_spend_card", given)


def test_a_new_card_names_whose_it_is_and_its_limit(desk: BillDesk, case: Case) -> None:
    told = desk.expect("bill_create_spend_card", case("bill_create_spend_card") | {"name": "Hosting"})

    person, budget = told.goes_to, changes(told)["Budget"][1]
    assert told.sentence.startswith('Make card "Hosting" for ')
    assert "limit $100.00" in told.sentence
    assert budget == "Travel", person
    assert told.money.amount_minor == 12000


def test_unfreezing_tells_what_may_be_spent_again(desk: BillDesk, case: Case) -> None:
    told = desk.expect("bill_unfreeze_spend_card", case("bill_unfreeze_spend_card"))

    assert "limit $" in told.sentence
    assert told.money.direction == "stays"


def test_a_frozen_card_is_not_frozen_again(desk: BillDesk, case: Case) -> None:
    told = desk.expect("bill_freeze_spend_card", case("bill_unfreeze_spend_card"))

    assert ("blocked", "Nothing changes") in titles(told)


def test_more_than_five_members_show_a_while_later(
    desk: BillDesk, sandbox: SandboxControl, case: Case
) -> None:
    people = [row["id"] for row in desk.read("bill_list_spend_users", {"retired": False})]
    given = case("bill_set_budget_members_bulk") | {
        "members": [{"userId": key, "limit": 700, "recurringLimit": 700} for key in people]
    }
    attempt = desk.attempt("bill_set_budget_members_bulk", given)

    assert len(people) > 5
    assert desk.probe("bill_set_budget_members_bulk", attempt).kind == "absent"
    sandbox.advance(10)
    assert desk.probe("bill_set_budget_members_bulk", attempt).kind == "took"


def test_members_are_told_in_money_one_by_one_and_together(desk: BillDesk, case: Case) -> None:
    people = [row["id"] for row in desk.read("bill_list_spend_users", {"retired": False})][1:3]
    given = case("bill_set_budget_members_bulk") | {
        "members": [{"userId": key, "limit": 350, "recurringLimit": 350} for key in people]
    }
    told = desk.expect("bill_set_budget_members_bulk", given)

    assert told.sentence.count("from $250.00 to $350.00") == 4
    assert told.money.amount_minor == 20000


def test_whose_token_we_use_is_not_deleted(desk: BillDesk) -> None:
    own = desk.read("bill_get_current_spend_user", {})["id"]

    assert titles(desk.expect("bill_delete_spend_user", {"userId": own})) == [
        ("blocked", "It would lock us out")
    ]


def test_an_administrator_of_budgets_is_a_high_flag(desk: BillDesk, case: Case) -> None:
    given = case("bill_update_spend_user") | {"role": "ADMIN"}

    assert ("high", "Administrator") in titles(desk.expect("bill_update_spend_user", given))


def test_what_was_deleted_is_not_deleted_again(desk: BillDesk, case: Case) -> None:
    given = case("bill_delete_budget")
    desk.send("bill_delete_budget", given)

    assert ("blocked", "Nothing changes") in titles(desk.expect("bill_delete_budget", given))


def test_approving_a_reimbursement_is_money_out_to_the_user(desk: BillDesk, case: Case) -> None:
    given = case("bill_approve_or_deny_reimbursement")
    told = desk.expect("bill_approve_or_deny_reimbursement", given)

    assert told.sentence.startswith("Approve the reimbursement of $")
    assert told.money.direction == "out"
    assert told.goes_to in told.summary
    assert (
        desk.expect("bill_approve_or_deny_reimbursement", given | {"action": "DENY"}).money.direction
        == "none"
    )


def test_a_denied_reimbursement_is_seen_and_decided_once(desk: BillDesk, case: Case) -> None:
    given = case("bill_approve_or_deny_reimbursement") | {"action": "DENY"}
    attempt = desk.attempt("bill_approve_or_deny_reimbursement", given)

    assert desk.probe("bill_approve_or_deny_reimbursement", attempt).kind == "took"
    assert ("blocked", "It is decided") in titles(desk.expect("bill_approve_or_deny_reimbursement", given))


def test_somebody_elses_decision_does_not_confirm_ours(desk: BillDesk, case: Case) -> None:
    given = case("bill_approve_or_deny_reimbursement")
    attempt = desk.attempt("bill_approve_or_deny_reimbursement", given, send=False)
    desk.send("bill_approve_or_deny_reimbursement", given | {"action": "DENY"})

    assert desk.probe("bill_approve_or_deny_reimbursement", attempt).kind == "cannot_tell"


def test_accepting_a_purchase_says_that_its_amount_is_not_known(desk: BillDesk, case: Case) -> None:
    told = desk.expect(
        "bill_accept_or_reject_spend_transaction", case("bill_accept_or_reject_spend_transaction")
    )

    assert (told.money.amount_minor, told.money.direction) == (None, "unknown")
    assert titles(told) == [("high", "The amount is not known here")]


def test_an_accepted_purchase_becomes_a_transaction(desk: BillDesk, case: Case) -> None:
    before = len(desk.read("bill_list_spend_transactions", {"limit": 100}))
    desk.send("bill_accept_or_reject_spend_transaction", case("bill_accept_or_reject_spend_transaction"))

    assert len(desk.read("bill_list_spend_transactions", {"limit": 100})) == before + 1


def test_what_a_budget_has_spent_follows_its_transactions(desk: BillDesk, case: Case) -> None:
    given = case("bill_update_spend_transaction")

    def spent() -> Any:
        return desk.read("bill_get_budget", {"budgetId": given["budgetId"]})["currentPeriod"]["spent"][
            "total"
        ]

    amount = desk.read("bill_get_spend_transaction", {"transactionId": given["transactionId"]})["amount"]
    before = spent()
    desk.send("bill_update_spend_transaction", given)

    assert spent() == before + amount


def test_the_picture_of_an_earlier_step_can_be_a_receipt(desk: BillDesk, case: Case) -> None:
    given = case("bill_add_reimbursement_receipt") | {"url": {"$ref": {"step": 1, "result": "url"}}}

    assert desk.expect("bill_add_reimbursement_receipt", given).changes
