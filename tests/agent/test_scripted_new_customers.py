import pytest

from tests.agent.scripted_data import by_text, customer, desk_for

ADDING = [
    ("Acme Corp", "ops@acme.com", "Add Acme Corp to BILL with a primary contact at ops@acme.com"),
    (
        "Zed Trading",
        "billing@zed.example",
        "Create a customer in BILL called Zed Trading, contact billing@zed.example",
    ),
    (
        "Nordwind GmbH",
        "ap@nordwind.example",
        "Please onboard Nordwind GmbH as a new BILL customer (contact: ap@nordwind.example)",
    ),
    ("Kite & Co", "jo@kite.example", 'register "Kite & Co" in BILL with primary contact jo@kite.example'),
    (
        "Müller AG",
        "kasse@mueller.example",
        "We need a new customer in BILL: Müller AG, primary contact at kasse@mueller.example",
    ),
    (
        "Blue Harbor Cafe",
        "ap@blue.example",
        "Set up Blue Harbor Cafe in bill.com; the primary contact is ap@blue.example",
    ),
    ("acme corp", "ops@acme.com", "add acme corp to bill with a primary contact at ops@acme.com"),
    (
        "Sun, Moon & Stars Inc",
        "hi@sun.example",
        "Add a customer named “Sun, Moon & Stars Inc” to BILL, contact hi@sun.example",
    ),
]


@pytest.mark.parametrize(("name", "email", "text"), ADDING)
def test_a_customer_and_a_contact_are_one_plan(name, email, text):
    desk = desk_for("Somebody Else")

    desk.say(text)

    reference = {"$ref": {"step": 1, "result": "id"}}
    assert desk.called()[0] == "query_records customer"
    assert desk.writes() == [
        (
            "propose_plan",
            {
                "steps": [
                    {"operation": "bill_create_customer", "arguments": {"name": name, "email": email}},
                    {
                        "operation": "bill_create_customer_contact",
                        "arguments": {"customerId": reference, "email": email},
                    },
                ]
            },
        )
    ]


def test_a_contacts_name_is_taken_over():
    desk = desk_for("Somebody Else")

    desk.say("Set up Blue Harbor Cafe in BILL; their primary contact is Ana Reyes, ana@blueharbor.example")

    contact = desk.writes()[0][1]["steps"][1]["arguments"]
    assert (contact["firstName"], contact["lastName"]) == ("Ana", "Reyes")


def test_a_customer_that_bill_has_already_is_asked_about():
    desk = desk_for("x")
    desk.tools["query_records customer"] = by_text(
        customer("Acme Corp", connector="bill", vendor_id="0cu02EXAMPLECUSTX1a2")
    )

    answer = desk.say("Add Acme Corp to BILL with a primary contact at ops@acme.com")

    assert "already" in answer
    assert desk.writes() == []
    desk.say("yes")
    assert [name for name, _ in desk.writes()] == ["propose_plan"]


def test_the_same_name_in_billsby_is_no_duplicate():
    desk = desk_for("Acme Corp")

    desk.say("Add Acme Corp to BILL with a primary contact at ops@acme.com")

    assert [name for name, _ in desk.writes()] == ["propose_plan"]


def test_a_missing_address_is_asked_for():
    desk = desk_for("x")

    assert "e-mail" in desk.say("Add Acme Corp to BILL")
    desk.say("ops@acme.com")

    assert desk.writes() == [("bill_create_customer", {"name": "Acme Corp", "email": "ops@acme.com"})]
