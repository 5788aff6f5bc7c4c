"""The judges of BILL's older interface: before a write, after it, and row by row where it has several."""

from typing import Any

import pytest

from connectors.errors import ArgumentsError, NotFoundError, RateLimitedError
from connectors.sandbox.client import SandboxControl
from tests import receivables as books
from tests.connectors.bill_desk import BillDesk, changes, titles
from tests.writes.bill_v2 import CASES

CREATE, UPDATE = "bill_v2_create_customers_bulk", "bill_v2_update_customers_bulk"
DELETE = "bill_v2_delete_customers_bulk"
each_write = pytest.mark.parametrize("name", CASES)


@pytest.fixture
def desk(bill_desk: BillDesk, sandbox: SandboxControl) -> BillDesk:
    books.fill(sandbox)
    return bill_desk


def named(*names: str) -> dict[str, Any]:
    return {"customers": [{"name": name} for name in names]}


def kinds(verdict: Any) -> list[str]:
    return [row.kind for row in verdict.rows]


@each_write
def test_a_write_that_was_answered_is_seen(desk: BillDesk, name: str) -> None:
    verdict = desk.probe(name, desk.attempt(name, CASES[name]))

    assert verdict.kind == "took", verdict.sentence


@each_write
def test_a_write_whose_answer_was_lost_is_seen(desk: BillDesk, sandbox: SandboxControl, name: str) -> None:
    sandbox.drop_reply(connector="bill", operation=name.removeprefix("bill_"))
    verdict = desk.probe(name, desk.attempt(name, CASES[name], loses_answer=True))

    assert verdict.kind == "took", verdict.sentence


@each_write
def test_a_write_that_never_arrived_is_absent(desk: BillDesk, name: str) -> None:
    verdict = desk.probe(name, desk.attempt(name, CASES[name], send=False))

    assert verdict.kind == "absent", verdict.sentence


@each_write
def test_a_card_says_what_changes_and_that_no_money_moves(desk: BillDesk, name: str) -> None:
    told = desk.expect(name, CASES[name])

    assert told.changes
    assert told.money.direction == "none"
    assert not [flag for flag in told.flags if flag.level == "blocked"]


def test_a_card_shows_words_for_the_codes_that_are_sent(desk: BillDesk) -> None:
    told = changes(desk.expect("bill_v2_update_customer", CASES["bill_v2_update_customer"]))

    assert told["Kind"] == ("BUSINESS", "PERSON")
    assert told["Billing address, country"] == ("USA", "Germany")


def test_a_card_of_contacts_names_their_customers(desk: BillDesk) -> None:
    name = "bill_v2_create_customer_contacts_bulk"
    told = [change.after for change in desk.expect(name, CASES[name]).changes]

    assert [line.partition(", ")[0] for line in told] == ["Customer: Harbor Cafe", "Customer: Pier Supplies"]


def test_a_card_says_whose_bank_account_it_is_and_shows_its_last_four(desk: BillDesk) -> None:
    name = "bill_v2_delete_customer_bank_account"

    assert desk.expect(name, CASES[name]).sentence == (
        "Archive the bank account Harbor Cafe ••••7890 of customer Harbor Cafe in BILL for good"
    )


def test_names_and_addresses_that_are_there_already_are_pointed_out(desk: BillDesk) -> None:
    given = {
        "customers": [
            {"name": " HARBOR  cafe"},
            {"name": "New", "email": "AP@pier.example"},
            {"name": "new"},
        ]
    }
    flags = desk.expect(CREATE, given).flags

    assert [(flag.title, flag.detail) for flag in flags] == [
        ("BILL has customers of the same name", f"Harbor Cafe ({books.HARBOR})"),
        ("The same name more than once", "new"),
        ("BILL has customers of the same e-mail address", f"Pier Supplies ({books.PIER})"),
    ]


def test_an_address_that_a_customer_has_already_is_blocked(desk: BillDesk) -> None:
    given = {"customerId": books.HARBOR, "email": "ANA@harbor.example"}

    assert titles(desk.expect("bill_v2_create_customer_contact", given)) == [
        ("blocked", "Each address can be there once")
    ]


def test_a_customer_that_owes_is_pointed_out_before_it_is_put_away(desk: BillDesk) -> None:
    assert titles(desk.expect(DELETE, CASES[DELETE])) == [("caution", "Some still owe")]
    assert titles(desk.expect("bill_v2_delete_customer", {"customerId": books.HARBOR})) == [
        ("caution", "Still owes")
    ]


def test_a_contact_of_another_customer_is_not_changed(desk: BillDesk) -> None:
    given = {"contactId": books.ANA, "customerId": books.PIER, "lastName": "Ortiz"}

    with pytest.raises(ArgumentsError, match="belongs to another customer"):
        desk.look("bill_v2_update_customer_contact", given)
    with pytest.raises(ArgumentsError, match="belongs to another customer"):
        desk.look("bill_v2_update_customer_contacts_bulk", {"contacts": [given]})


def test_a_customer_that_is_not_there_is_not_found(desk: BillDesk) -> None:
    with pytest.raises(NotFoundError):
        desk.look(DELETE, {"customers": [{"customerId": books.HARBOR}, {"customerId": "0cu00UNKNOWN"}]})


def test_what_was_refused_of_several_is_told_with_bills_words(
    desk: BillDesk, sandbox: SandboxControl
) -> None:
    sandbox.settings(bill_refuses_customers_of_a_name=True)
    attempt = desk.attempt(CREATE, named("Harbor Cafe", "Acme Corp"))
    verdict = desk.probe(CREATE, attempt)

    made = attempt.answer["bulk"][1]["response_data"]["id"]
    assert verdict.kind == "partly"
    assert [(row.kind, row.title, row.key) for row in verdict.rows] == [
        ("there", "Harbor Cafe", ""),
        ("took", "Acme Corp", made),
    ]
    assert verdict.rows[0].sentence == "“Customer number Harbor Cafe is already in use.”"
    assert verdict.after == {"took": 1, "there": 1}


def test_what_was_refused_whole_is_refused(desk: BillDesk, sandbox: SandboxControl) -> None:
    sandbox.settings(bill_refuses_customers_of_a_name=True)
    verdict = desk.probe(CREATE, desk.attempt(CREATE, named("Harbor Cafe", "Pier Supplies")))

    assert (verdict.kind, kinds(verdict)) == ("refused", ["there", "there"])


def test_of_several_whose_answer_was_lost_those_made_are_found(
    desk: BillDesk, sandbox: SandboxControl
) -> None:
    sandbox.settings(bill_refuses_customers_of_a_name=True)
    sandbox.drop_reply(connector="bill", operation=CREATE.removeprefix("bill_"))
    attempt = desk.attempt(CREATE, named("Acme Corp", "Harbor Cafe"), loses_answer=True)
    verdict = desk.probe(CREATE, attempt)

    (effect,) = sandbox.effects(took=True)
    assert (verdict.kind, kinds(verdict)) == ("absent", ["took", "absent"])
    assert verdict.rows[0].key == effect["record"]


def test_two_of_the_same_name_are_told_apart_by_what_else_was_sent(
    desk: BillDesk, sandbox: SandboxControl
) -> None:
    given = {"customers": [{"name": "Acme Corp"}, {"name": "Acme Corp", "email": "ap@acme.example"}]}
    sandbox.drop_reply(connector="bill", operation=CREATE.removeprefix("bill_"))
    verdict = desk.probe(CREATE, desk.attempt(CREATE, given, loses_answer=True))

    emails = [desk.read("bill_v2_read_customer", {"customerId": row.key})["email"] for row in verdict.rows]
    assert emails == [None, "ap@acme.example"]


def test_what_somebody_else_made_since_then_confirms_nothing(desk: BillDesk) -> None:
    given = {"customers": [{"name": "Acme Corp", "email": "ap@acme.example"}]}
    attempt = desk.attempt(CREATE, given, send=False)
    desk.send("bill_v2_create_customer", {"name": "Acme Corp"})

    assert kinds(desk.probe(CREATE, attempt)) == ["unknown"]


def test_more_of_a_kind_than_were_sent_cannot_be_told_apart(desk: BillDesk) -> None:
    attempt = desk.attempt(CREATE, named("Acme Corp"), send=False)
    for _ in range(2):
        desk.send("bill_v2_create_customer", {"name": "Acme Corp"})

    assert desk.probe(CREATE, attempt).kind == "cannot_tell"


def test_a_like_record_from_before_is_not_taken_for_the_attempts(desk: BillDesk) -> None:
    desk.send(CREATE, named("Acme Corp"))
    attempt = desk.attempt(CREATE, named("Acme Corp"), send=False)

    assert desk.probe(CREATE, attempt).kind == "absent"


def test_a_row_that_bill_answers_with_an_error_of_its_own_is_looked_for(
    desk: BillDesk, sandbox: SandboxControl
) -> None:
    attempt = desk.attempt(CREATE, named("Acme Corp", "Other Corp"))
    lost = {"error_code": "BDC_1001", "error_message": "System error occurred."}
    attempt.answer["bulk"][0] = {"response_status": 1, "response_data": lost}
    verdict = desk.probe(CREATE, attempt)

    assert kinds(verdict) == ["took", "took"]
    assert verdict.rows[0].key in sandbox.effects()[-1]["record"]


def test_a_change_that_was_refused_of_one_is_told_and_the_other_took(
    desk: BillDesk, sandbox: SandboxControl
) -> None:
    given = {
        "contacts": [
            {"contactId": books.ANA, "customerId": books.HARBOR, "email": "leo@harbor.example"},
            {"contactId": books.LEFT, "customerId": books.HARBOR, "lastName": "Ortiz"},
        ]
    }
    sandbox.change("bill", "customer contact", books.LEFT, archived=False)
    name = "bill_v2_update_customer_contacts_bulk"
    verdict = desk.probe(name, desk.attempt(name, given))

    assert (verdict.kind, kinds(verdict)) == ("partly", ["refused", "took"])
    assert [row.key for row in verdict.rows] == [books.ANA, books.LEFT]


def test_a_row_that_was_as_asked_for_before_counts_as_done(desk: BillDesk, sandbox: SandboxControl) -> None:
    sandbox.change("bill", "customer", books.PIER, archived=True)
    sandbox.drop_reply(connector="bill", operation=DELETE.removeprefix("bill_"))
    verdict = desk.probe(DELETE, desk.attempt(DELETE, CASES[DELETE], loses_answer=True))

    assert kinds(verdict) == ["took", "took"]


def test_another_change_since_then_is_not_taken_for_the_attempts(desk: BillDesk) -> None:
    attempt = desk.attempt(UPDATE, CASES[UPDATE], send=False)
    other = {"customerId": books.HARBOR, "name": "Harbor Cafe", "description": "Somebody else's"}
    desk.send("bill_v2_update_customer", other)

    assert kinds(desk.probe(UPDATE, attempt)) == ["unknown", "absent"]


def test_where_bill_does_not_take_several_ids_each_is_asked_for(
    desk: BillDesk, sandbox: SandboxControl
) -> None:
    body = '{"response_status":1,"response_data":{"error_code":"BDC_1131","error_message":"in"}}'
    sandbox.fail_next(status=200, body=body, connector="bill", operation="v2_list_customers")

    assert desk.look(DELETE, CASES[DELETE]).fields["names"] == "Harbor Cafe, Pier Supplies"


@pytest.mark.parametrize("code", ["BDC_1144", "BDC_1322"])
def test_a_limit_proves_that_none_was_made(desk: BillDesk, sandbox: SandboxControl, code: str) -> None:
    body = f'{{"response_status":1,"response_data":{{"error_code":"{code}","error_message":"limit"}}}}'
    sandbox.fail_next(status=200, body=body, connector="bill", operation=CREATE.removeprefix("bill_"))

    with pytest.raises(RateLimitedError):
        desk.send(CREATE, named("Acme Corp"))


def test_more_than_a_hundred_are_refused_before_anything_is_read(desk: BillDesk) -> None:
    with pytest.raises(ArgumentsError, match="at most 100 entries"):
        desk.look(CREATE, named(*map(str, range(101))))


def test_a_list_is_read_to_its_end_however_long_it_is(desk: BillDesk) -> None:
    for tens in range(10):
        desk.send(CREATE, named(*(f"Acme {tens}{ones:02}" for ones in range(100))))
    before = desk.look(CREATE, named("Acme 999", "Acme 1000"))

    assert str(before.fields["same_name"]).startswith("Acme 999 (0cu02")
