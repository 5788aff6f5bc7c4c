"""What the approver is told about a write to BILL, and what reading BILL says about it afterwards."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from connectors.catalogue import find_operation
from connectors.errors import ArgumentsError
from connectors.judging import Money
from connectors.sandbox.client import SandboxControl
from tests.connectors.bill_account import ADDRESS, make_client, reader
from tests.connectors.bill_desk import BillDesk as Desk

STEP_ONE = {"$ref": {"step": 1, "result": "id"}}
LINES = [
    {"quantity": 3, "price": "12.35", "description": "Setup"},
    {"quantity": 1, "price": "0.10"},
]
ACME = {"name": "Acme Corp", "email": "ap@acme.example"}
NORTHSIDE = {"name": "Northside", "address": ADDRESS, "billCurrency": "EUR"}


@pytest.fixture
def desk(sandbox: SandboxControl, sandbox_url: str) -> Iterator[Desk]:
    client = make_client(sandbox_url)
    yield Desk(client, reader(client))
    client.close()


@pytest.fixture
def euro_customer(desk: Desk) -> dict[str, Any]:
    return next(row for row in desk.read("bill_list_customers", {}) if row.get("invoiceCurrency") == "EUR")


def invoice(customer_id: Any, **changes: Any) -> dict[str, Any]:
    return {"customerId": customer_id, "invoiceLineItems": LINES, "invoiceNumber": "H-1"} | changes


def vendor_bill(vendor_id: Any, **changes: Any) -> dict[str, Any]:
    return {
        "vendorId": vendor_id,
        "dueDate": "2026-12-31",
        "invoiceDate": "2026-12-01",
        "invoiceNumber": "NP-1",
        "billLineItems": [{"amount": "228.99", "description": "Produce"}],
    } | changes


def cases(desk: Desk) -> dict[str, dict[str, Any]]:
    customer = desk.read("bill_list_customers", {})[0]["id"]
    vendor = desk.read("bill_list_vendors", {})[0]["id"]
    return {
        "bill_create_customer": ACME,
        "bill_v2_create_customer": {"name": "Acme Corp"},
        "bill_create_customer_contact": {"customerId": customer, "email": "new@acme.example"},
        "bill_create_invoice": invoice(customer),
        "bill_create_vendor": NORTHSIDE,
        "bill_create_bill": vendor_bill(vendor),
    }


WRITES = [
    "bill_create_customer",
    "bill_v2_create_customer",
    "bill_create_customer_contact",
    "bill_create_invoice",
    "bill_create_vendor",
    "bill_create_bill",
]


@pytest.mark.parametrize("name", WRITES)
def test_an_answered_write_is_found_with_its_id(desk: Desk, name: str) -> None:
    attempt = desk.attempt(name, cases(desk)[name])

    verdict = desk.probe(name, attempt)

    assert (verdict.kind, verdict.results["id"]) == ("took", attempt.answer["id"])


@pytest.mark.parametrize("name", WRITES)
def test_a_write_whose_answer_was_lost_is_found_by_looking(
    desk: Desk, sandbox: SandboxControl, name: str
) -> None:
    given = cases(desk)[name]
    sandbox.drop_reply(connector="bill", operation=name.removeprefix("bill_"))
    attempt = desk.attempt(name, given, loses_answer=True)

    verdict = desk.probe(name, attempt)

    (effect,) = [line for line in sandbox.effects() if line["took"]]
    assert attempt.answer is None
    assert (verdict.kind, verdict.results["id"]) == ("took", effect["record"])


@pytest.mark.parametrize("name", WRITES)
def test_a_write_that_never_arrived_is_absent(desk: Desk, name: str) -> None:
    attempt = desk.attempt(name, cases(desk)[name], send=False)

    assert desk.probe(name, attempt).kind == "absent"


@pytest.mark.parametrize("name", ["bill_create_customer", "bill_create_vendor"])
def test_a_like_record_from_before_is_not_taken_for_the_attempts(desk: Desk, name: str) -> None:
    desk.send(name, cases(desk)[name])
    attempt = desk.attempt(name, cases(desk)[name], send=False)

    assert desk.probe(name, attempt).kind == "absent"


def test_two_like_records_since_then_cannot_be_told_apart(desk: Desk) -> None:
    attempt = desk.attempt("bill_create_customer", ACME, send=False)
    desk.send("bill_create_customer", ACME)
    desk.send("bill_create_customer", ACME)

    assert desk.probe("bill_create_customer", attempt).kind == "cannot_tell"


SOMEBODY_ELSES = [
    ("bill_create_vendor", {"address": ADDRESS | {"city": "Fresno"}}, "Address"),
    ("bill_create_vendor", {"billCurrency": "USD"}, "Currency"),
    ("bill_create_customer_contact", {"lastName": "Reyes"}, "Last name"),
]


@pytest.mark.parametrize(("name", "changes", "label"), SOMEBODY_ELSES)
def test_somebody_elses_record_does_not_confirm_an_attempt(
    desk: Desk, name: str, changes: Mapping[str, Any], label: str
) -> None:
    given = cases(desk)[name] | ({"lastName": "Ortiz"} if "lastName" in changes else {})
    attempt = desk.attempt(name, given, send=False)
    desk.send(name, given | changes)

    verdict = desk.probe(name, attempt)

    assert verdict.kind == "cannot_tell"
    assert f"“{label}” is another" in verdict.sentence


def test_an_invoice_of_another_total_is_not_called_absent(desk: Desk, euro_customer: dict) -> None:
    given = invoice(euro_customer["id"])
    attempt = desk.attempt("bill_create_invoice", given, send=False)
    desk.send("bill_create_invoice", given | {"invoiceLineItems": [{"quantity": 1, "price": "5"}]})

    verdict = desk.probe("bill_create_invoice", attempt)

    assert verdict.kind == "cannot_tell"
    assert "its total is another" in verdict.sentence


@pytest.mark.parametrize("name", ["bill_create_invoice", "bill_create_bill"])
def test_a_document_of_other_dates_is_not_taken_for_the_attempts(desk: Desk, name: str) -> None:
    given = cases(desk)[name] | {"dueDate": "2026-12-31"}
    attempt = desk.attempt(name, given, send=False)
    desk.send(name, given | {"dueDate": "2026-12-30"})

    verdict = desk.probe(name, attempt)

    assert verdict.kind == "cannot_tell"
    assert verdict.sentence.endswith("“Due” is another.")


def test_a_new_customer_moves_no_money_and_says_what_is_sent(desk: Desk) -> None:
    card = desk.expect("bill_create_customer", ACME | {"invoiceCurrency": "EUR"})

    assert card.sentence == 'Add customer "Acme Corp" to BILL'
    assert card.money == Money(None, None, "none")
    assert [(change.field, change.after) for change in card.changes] == [
        ("Name", "Acme Corp"),
        ("E-mail", "ap@acme.example"),
        ("Invoice currency", "EUR"),
    ]
    assert card.flags == ()


@pytest.mark.parametrize("name", ["Acme Corp", "ACME  corp", 'Acme "Corp"'])
def test_a_customer_of_the_same_name_is_pointed_out(desk: Desk, name: str) -> None:
    made = desk.send("bill_create_customer", {"name": name, "email": "other@acme.example"})

    flags = desk.expect("bill_create_customer", ACME | {"name": name.swapcase()}).flags

    assert [(flag.level, flag.title) for flag in flags] == [("caution", "BILL has a customer of that name")]
    assert made["id"] in flags[0].detail


def test_a_customer_with_the_same_address_is_pointed_out(desk: Desk) -> None:
    desk.send("bill_create_customer", ACME)

    flags = desk.expect("bill_create_customer", ACME | {"name": "Other"}).flags

    assert [flag.title for flag in flags] == ["BILL has a customer with that e-mail address"]


def test_addresses_that_bill_will_not_compare_are_told(desk: Desk, sandbox: SandboxControl) -> None:
    body = '{"response_status":1,"response_data":{"error_code":"BDC_1130","error_message":"email"}}'
    sandbox.fail_next(status=200, body=body, connector="bill", operation="v2_list_customers")

    assert [flag.level for flag in desk.expect("bill_create_customer", ACME).flags] == ["info"]


def test_an_invoice_says_who_will_owe_what(desk: Desk, euro_customer: dict) -> None:
    card = desk.expect("bill_create_invoice", invoice(euro_customer["id"], dueDate="2026-12-31"))

    assert card.sentence == f"Create invoice H-1 for {euro_customer['name']} in BILL, €37.15"
    assert card.money == Money(3715, "EUR", "stays")
    assert card.summary.endswith("BILL mails nothing.")
    assert ("Line 1", "Setup: 3 × €12.35") in [(change.field, change.after) for change in card.changes]
    assert card.flags == ()


def test_a_price_finer_than_a_cent_is_shown_as_it_is_sent(desk: Desk, euro_customer: dict) -> None:
    lines = [{"quantity": 1000, "price": "0.0125"}]
    card = desk.expect("bill_create_invoice", invoice(euro_customer["id"], invoiceLineItems=lines))

    assert ("Line 1", "1000 × 0.0125 EUR") in [(change.field, change.after) for change in card.changes]
    assert card.money.amount_minor == 1250


@pytest.mark.parametrize("name", ["bill_create_invoice", "bill_create_bill"])
def test_a_line_finer_than_its_currency_is_refused(desk: Desk, name: str) -> None:
    given = cases(desk)[name]
    lines = "billLineItems" if "billLineItems" in given else "invoiceLineItems"
    line = {"quantity": 1, "price": "0.105"} if lines == "invoiceLineItems" else {"amount": "0.105"}

    with pytest.raises(ArgumentsError, match="Line 2 comes to 0.105, which is finer than"):
        desk.look(name, given | {lines: [*given[lines][:1], line]})


@pytest.mark.parametrize("name", ["bill_create_invoice", "bill_create_bill"])
def test_numbers_that_bill_will_not_look_for_are_told(desk: Desk, sandbox: SandboxControl, name: str) -> None:
    given = cases(desk)[name]
    body = '[{"message":"filters: field \'invoiceNumber\' is not supported"}]'
    listing = name.removeprefix("bill_").replace("create", "list") + "s"
    sandbox.fail_next(status=400, body=body, connector="bill", operation=listing)

    flags = desk.expect(name, given).flags

    assert [(flag.level, flag.title) for flag in flags] == [("info", "Number not compared")]


def test_mailing_an_invoice_is_a_high_flag_and_cannot_be_undone(desk: Desk, euro_customer: dict) -> None:
    card = desk.expect("bill_create_invoice", invoice(euro_customer["id"], sendEmail=True))

    assert [(flag.level, flag.title) for flag in card.flags] == [("high", "BILL will mail the invoice")]
    assert euro_customer["email"] in card.flags[0].detail
    assert card.undo.startswith("Partly")


def test_a_number_that_is_taken_blocks_an_invoice(desk: Desk, euro_customer: dict) -> None:
    desk.send("bill_create_invoice", invoice(euro_customer["id"]))

    (flag,) = desk.expect("bill_create_invoice", invoice(euro_customer["id"])).flags

    assert flag.level == "blocked"


def test_a_bill_says_what_we_will_owe_and_pays_nothing(desk: Desk) -> None:
    vendor = desk.send("bill_create_vendor", NORTHSIDE)
    card = desk.expect("bill_create_bill", vendor_bill(vendor["id"]))

    assert card.sentence == "Enter bill NP-1 from Northside into BILL, €228.99"
    assert card.money == Money(22899, "EUR", "stays")
    assert card.flags == ()


def test_a_bill_that_was_entered_before_is_blocked(desk: Desk) -> None:
    vendor = desk.send("bill_create_vendor", NORTHSIDE)
    desk.send("bill_create_bill", vendor_bill(vendor["id"]))

    assert [flag.level for flag in desk.expect("bill_create_bill", vendor_bill(vendor["id"])).flags] == [
        "blocked"
    ]


def test_an_address_a_customer_has_already_blocks_the_contact(desk: Desk) -> None:
    customer = desk.read("bill_list_customers", {})[0]
    given = {"customerId": customer["id"], "email": customer["email"].upper()}

    (flag,) = desk.expect("bill_create_customer_contact", given).flags

    assert flag.level == "blocked"


def test_a_plan_speaks_of_the_customer_an_earlier_step_makes(desk: Desk) -> None:
    contact = desk.expect(
        "bill_create_customer_contact", {"customerId": STEP_ONE, "email": "ana@acme.example"}
    )
    bill = desk.expect("bill_create_invoice", invoice(STEP_ONE))

    assert contact.sentence == "Add contact ana@acme.example to the customer that step 1 creates in BILL"
    assert bill.sentence.startswith("Create invoice H-1 for the customer that step 1 creates in BILL, 37.15")
    assert bill.money == Money(None, None, "stays")


@pytest.mark.parametrize("name", ["bill_create_customer", "bill_v2_create_customer", "bill_create_vendor"])
def test_a_name_of_blanks_is_refused(desk: Desk, name: str) -> None:
    with pytest.raises(ArgumentsError, match="name does not look right"):
        desk.look(name, cases(desk)[name] | {"name": " \u00a0"})


def test_only_ids_can_come_from_an_earlier_step(desk: Desk) -> None:
    with pytest.raises(ArgumentsError, match="name must be given here"):
        desk.look("bill_create_customer", ACME | {"name": STEP_ONE})


def test_a_customer_archived_since_changes_the_snapshot(
    desk: Desk, sandbox: SandboxControl, euro_customer: dict
) -> None:
    before = desk.look("bill_create_invoice", invoice(euro_customer["id"]))
    sandbox.change("bill", "customer", euro_customer["id"], archived=True)

    after = desk.look("bill_create_invoice", invoice(euro_customer["id"]))

    changed = {name for name, value in after.fields.items() if before.fields[name] != value}
    assert changed == {"is_archived"}
    assert changed <= set(find_operation("bill_create_invoice").stale)
