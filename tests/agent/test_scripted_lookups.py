import pytest

from tests.agent.scripted_data import desk_for, invoice, live, paid, rows


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("show me invoice 7KQ2M9XTRB-3", "$348.00, unpaid"),
        ("what is the status of 7KQ2M9XTRB-2?", "$50.00, paid"),
        ("list TechCorp's invoices", "7KQ2M9XTRB-2"),
        ("Show all unpaid invoices of TechCorp", "7KQ2M9XTRB-3"),
        ("How much does TechCorp owe us?", "7KQ2M9XTRB-3"),
        ("what plan is TechCorp on?", "Team"),
        ("Which subscription does TechCorp have?", "billed monthly"),
        ("find customer techcorp", "card valid"),
        ("Who is TechCorp?", "techcorp@post.example"),
    ],
)
def test_a_simple_question_is_answered_from_the_records(text, told):
    desk = desk_for("TechCorp", invoices=[invoice("7KQ2M9XTRB-3"), paid("7KQ2M9XTRB-2", 5000)])

    assert told in desk.say(text)
    assert desk.writes() == []


def test_only_the_invoices_asked_for_are_listed():
    desk = desk_for("TechCorp", invoices=[invoice("7KQ2M9XTRB-3"), paid("7KQ2M9XTRB-2", 5000)])

    assert "7KQ2M9XTRB-2" not in desk.say("Show all unpaid invoices of TechCorp")


def test_vendors_are_found():
    desk = desk_for("x")
    desk.tools["query_records vendor"] = rows(
        {"name": "Paper Co", "email": "ar@paper.example", "vendor_id": "009P"}
    )

    assert "ar@paper.example" in desk.say("find vendor Paper Co")
    assert desk.calls == [("query_records", {"kind": "vendor", "text": "Paper Co"})]


@pytest.mark.parametrize(
    "text", ["which bills are due?", "What do we owe Paper Co?", "list open bills from Paper Co"]
)
def test_bills_are_listed_with_their_due_day(text):
    desk = desk_for("x")
    bill = {
        "number": "B-1",
        "vendor_name": "Paper Co",
        "currency": "USD",
        "open_minor": 1000,
        "open": "$10.00",
    }
    desk.tools["query_records bill"] = rows(bill | {"due_on": "2026-04-01", "status": "UNPAID"})

    assert "B-1: Paper Co, $10.00, unpaid, due 2026-04-01" in desk.say(text)


def test_an_invoice_that_is_not_there_is_said_so():
    desk = desk_for("TechCorp", invoices=[])

    assert "There is no invoice 7KQ2M9XTRB-9" in desk.say("show me invoice 7KQ2M9XTRB-9")


def test_bills_due_soon_are_asked_for_by_their_day():
    desk = desk_for("x")
    desk.tools["query_records bill"] = rows()

    desk.say("which bills are due in the next 14 days?")

    conditions = [("open_minor", ">", 0), ("due_on", "<=", "2026-04-03")]
    where = [{"field": field, "op": op, "value": value} for field, op, value in conditions]
    assert desk.calls == [("query_records", {"kind": "bill", "where": where})]


@pytest.mark.parametrize(
    "text",
    [
        "Why did TechCorp's payment fail?",
        "show the payment attempts of 7KQ2M9XTRB-3",
        "why was 7KQ2M9XTRB-3 declined",
    ],
)
def test_payment_attempts_are_told(text):
    desk = desk_for("TechCorp")
    log = {
        "createdOn": "2026-03-01T09:35:02.138Z",
        "gatewayName": "Stripe",
        "paymentMethod": "Visa",
        "status": "failed",
    }
    desk.tools["billsby_list_payment_logs"] = live([log])

    assert "2026-03-01 09:35, Visa, Stripe, failed" in desk.say(text)


@pytest.mark.parametrize(
    "text",
    ["add vendor Paper Co to BILL", "Change TechCorp's email to a@b.example", "Delete customer TechCorp"],
)
def test_a_change_it_cannot_propose_is_not_taken_for_a_question(text):
    desk = desk_for("TechCorp")

    assert "did not understand" in desk.say(text)
    assert desk.calls == []
