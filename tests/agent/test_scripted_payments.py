import pytest

from tests.agent.scripted_data import desk_for, invoice, paid, rows

RECOVERY = [
    (
        "Alice Smith",
        "Alice Smith just emailed that she updated her card. Find her failed invoices and retry the payment.",
    ),
    ("Acme Corp", "acme corp put in a new card, please retry their unpaid invoices"),
    ("Renée O'Connor", "Can you try to collect Renée O'Connor's failed payment again?"),
    ("Bright & Sons Ltd.", "Bright & Sons Ltd. replaced their expired card. Run the declined charge again."),
    ("Jo van der Berg", "Retry payment for Jo van der Berg"),
    ("TechCorp", "Please re-attempt the outstanding invoices of TechCorp now that their card is valid."),
    (
        "Dana Lee",
        "Our customer Dana Lee says her card works now - could you charge the failed invoice again?",
    ),
    (
        "Marek Novák",
        "Marek Novák has a new credit card on file; his open invoices failed last week. Please recover them.",
    ),
    ("Globex", "Hi, Globex called: card replaced. Can we take their overdue payment again?"),
    ("Priya Raman", "retry the failed invoice of priya@post.example"),
    ("Fernhill Supply", "Please retry Fernhill Supply's failed payment."),
]


@pytest.mark.parametrize(("name", "text"), RECOVERY)
def test_a_new_card_leads_to_one_proposal_to_retry_the_unpaid_invoice(name, text):
    desk = desk_for(name, invoices=[paid("7KQ2M9XTRB-2", 5000), invoice("7KQ2M9XTRB-3")])

    answer = desk.say(text)

    assert desk.called()[:2] == ["query_records customer", "query_records invoice"]
    assert desk.writes() == [("billsby_retry_invoice_payment", {"invoiceNumber": "7KQ2M9XTRB-3"})]
    assert "P-12" in answer
    assert "until a person approves" in answer


def test_several_unpaid_invoices_become_one_plan():
    desk = desk_for("Alice Smith", invoices=[invoice("7KQ2M9XTRB-4"), invoice("7KQ2M9XTRB-3")])

    desk.say("Alice Smith updated her card, retry her failed payments")

    [(name, arguments)] = desk.writes()
    assert name == "propose_plan"
    assert [step["operation"] for step in arguments["steps"]] == ["billsby_retry_invoice_payment"] * 2
    assert {step["arguments"]["invoiceNumber"] for step in arguments["steps"]} == {
        "7KQ2M9XTRB-3",
        "7KQ2M9XTRB-4",
    }


def test_nothing_is_proposed_when_nothing_is_unpaid():
    desk = desk_for(
        "Alice Smith", invoices=[paid("7KQ2M9XTRB-2", 5000), invoice("7KQ2M9XTRB-3", status="Pending")]
    )

    answer = desk.say("Retry Alice Smith's failed payment")

    assert desk.writes() == []
    assert "no unpaid invoice" in answer
    assert "7KQ2M9XTRB-3" in answer


def test_the_reason_for_the_approver_carries_the_persons_words():
    desk = desk_for("Alice Smith")

    desk.say("Retry Alice Smith's failed payment")

    assert "Retry Alice Smith's failed payment" in desk.calls[-1][1]["reason"]


def test_an_invoice_of_somebody_else_is_never_retried():
    desk = desk_for("Alice Smith")
    desk.tools["query_records invoice"] = rows(invoice("AAAA111111-1"))

    desk.say("Retry Alice Smith's failed payment")

    assert desk.writes() == []


def test_an_invoice_named_by_number_is_looked_at_first():
    desk = desk_for("Alice Smith", invoices=[paid("7KQ2M9XTRB-3", 5000)])

    answer = desk.say("retry 7KQ2M9XTRB-3 please")

    assert desk.writes() == []
    assert "7KQ2M9XTRB-3 is paid" in answer


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("Write off invoice 7KQ2M9XTRB-3", "billsby_write_off_invoice"),
        ("please write invoice 7KQ2M9XTRB-3 off, they went bankrupt", "billsby_write_off_invoice"),
        ("Write off Alice Smith's open invoice", "billsby_write_off_invoice"),
        ("Mark 7KQ2M9XTRB-3 paid offline", "billsby_mark_invoice_paid_offline"),
        ("Mark 7KQ2M9XTRB-3 as paid by wire", "billsby_mark_invoice_paid_offline"),
        (
            "Alice Smith paid by bank transfer, mark invoice 7KQ2M9XTRB-3 as paid",
            "billsby_mark_invoice_paid_offline",
        ),
    ],
)
def test_an_open_invoice_can_be_settled_otherwise(text, operation):
    desk = desk_for("Alice Smith")

    desk.say(text)

    assert desk.writes() == [(operation, {"invoiceNumber": "7KQ2M9XTRB-3"})]


def test_a_paid_invoice_is_not_written_off():
    desk = desk_for("Alice Smith", invoices=[paid("7KQ2M9XTRB-3", 5000)])

    assert "nothing to write off" in desk.say("Write off 7KQ2M9XTRB-3")
    assert desk.writes() == []
