import pytest

from tests.agent.scripted_data import desk_for, invoice, paid

LEAVING = [
    ("Jane Doe", "Jane Doe wants to cancel and get her latest invoice refunded."),
    ("Jane Doe", "Please refund Jane Doe's last invoice and cancel her subscription"),
    ("Acme Corp", "Acme Corp is leaving: refund the latest payment, then cancel the plan."),
    ("Oskar Lind", "Oskar Lind asked us to cancel his subscription and reimburse the most recent invoice"),
    ("Maria Garcia", "cancel maria garcia and give her money back for the last invoice"),
    ("Tom Baker", "Tom Baker wants out. Terminate the subscription, refunding his latest invoice."),
    ("Zhang Wei", "Could you cancel the subscription of Zhang Wei with a refund of the newest invoice?"),
    (
        "Ngozi Okafor",
        "Ngozi Okafor would like her money back for the last invoice and to end her subscription.",
    ),
]


@pytest.mark.parametrize(("name", "text"), LEAVING)
def test_leaving_is_a_plan_that_refunds_before_it_cancels(name, text):
    older = paid("7KQ2M9XTRB-1", 700, issued_at="2026-01-05T00:00:00Z")
    latest = paid("7KQ2M9XTRB-2", 4800, issued_at="2026-02-05T00:00:00Z", refundable_minor=4500)
    desk = desk_for(name, invoices=[older, latest])

    answer = desk.say(text)

    refund = {"customerUniqueId": "7KQ2M9XTRB", "invoiceNumber": "7KQ2M9XTRB-2", "amount": 4500}
    cancel = {"subscriptionUniqueId": "Q4W8ZJ6N1D", "customerUniqueId": "7KQ2M9XTRB"}
    assert desk.writes() == [
        (
            "propose_plan",
            {
                "steps": [
                    {"operation": "billsby_refund_invoice", "arguments": refund},
                    {"operation": "billsby_cancel_subscription", "arguments": cancel},
                ]
            },
        )
    ]
    assert "$45.00" in answer


def test_open_invoices_are_explained_and_nothing_is_cancelled():
    desk = desk_for("Jane Doe", invoices=[invoice("7KQ2M9XTRB-3"), paid("7KQ2M9XTRB-2", 5000)])

    answer = desk.say("Jane Doe wants to cancel and get her latest invoice refunded.")

    assert desk.writes() == []
    assert "7KQ2M9XTRB-3" in answer
    assert "Billsby refuses" in answer


@pytest.mark.parametrize("yes", ["yes", "just the refund please", "Only the refund", "ok, go ahead"])
def test_the_refund_alone_is_proposed_when_the_person_wants_it(yes):
    desk = desk_for("Jane Doe", invoices=[invoice("7KQ2M9XTRB-3"), paid("7KQ2M9XTRB-2", 5000)])
    desk.say("Jane Doe wants to cancel and get her latest invoice refunded.")

    desk.say(yes)

    assert [name for name, _ in desk.writes()] == ["billsby_refund_invoice"]


def test_no_means_that_nothing_is_proposed():
    desk = desk_for("Jane Doe", invoices=[invoice("7KQ2M9XTRB-3"), paid("7KQ2M9XTRB-2", 5000)])
    desk.say("Jane Doe wants to cancel and get her latest invoice refunded.")

    assert "nothing" in desk.say("no, leave it")
    assert desk.writes() == []


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Refund invoice 7KQ2M9XTRB-2", 5000),
        ("Refund Jane Doe's latest invoice", 5000),
        ("please give Jane Doe her money back for the last invoice", 5000),
        ("Refund $20 of 7KQ2M9XTRB-2", 2000),
        ("refund 12.34 USD on invoice 7KQ2M9XTRB-2", 1234),
        ("refund half of Jane Doe's last invoice", 2500),
        ("Refund 10% of 7KQ2M9XTRB-2", 500),
    ],
)
def test_a_refund_is_what_was_asked_for(text, amount):
    desk = desk_for("Jane Doe", invoices=[paid("7KQ2M9XTRB-2", 5000)])

    desk.say(text)

    [(name, arguments)] = desk.writes()
    assert (name, arguments["amount"]) == ("billsby_refund_invoice", amount)


@pytest.mark.parametrize(
    "text", ["Refund $80 of 7KQ2M9XTRB-2", "Refund €20 of 7KQ2M9XTRB-2", "Refund 7KQ2M9XTRB-3"]
)
def test_a_refund_that_cannot_be_is_explained_and_not_proposed(text):
    desk = desk_for("Jane Doe", invoices=[paid("7KQ2M9XTRB-2", 5000), invoice("7KQ2M9XTRB-3")])

    assert "refund" in desk.say(text)
    assert desk.writes() == []


def test_cancelling_alone_is_one_proposal():
    desk = desk_for("Jane Doe", invoices=[paid("7KQ2M9XTRB-2", 5000)])

    answer = desk.say("cancel Jane Doe's subscription")

    assert [name for name, _ in desk.writes()] == ["billsby_cancel_subscription"]
    assert "cannot be undone" in answer
