"""What an approver is told about customers and what they owe, and what BILL shows afterwards."""

import pytest

from connectors.catalogue import find_operation
from connectors.errors import ArgumentsError, RefusedError
from connectors.judging import Money
from connectors.sandbox.client import SandboxControl
from tests import receivables as books
from tests.connectors.bill_desk import BillDesk, changes, titles
from tests.writes.bill_receivables import CASES, CHARGE, NEW_CREDIT, NEW_INVOICE

OURS = {"description": "CS-0123456789ABCDEF"}
GIVEN = {name: given | (OURS if name == "bill_charge_customer" else {}) for name, given in CASES.items()}
# BILL shows neither its mails nor its links: without its answer nobody can tell.
ONLY_ANSWERED = ("bill_send_invoice", "bill_create_invoice_payment_link")
SHOWN = [name for name in CASES if name not in ONLY_ANSWERED]


@pytest.fixture
def desk(bill_desk: BillDesk, sandbox: SandboxControl) -> BillDesk:
    books.fill(sandbox)
    return bill_desk


@pytest.mark.parametrize("name", CASES)
def test_an_answered_write_took(desk: BillDesk, name: str) -> None:
    verdict = desk.probe(name, desk.attempt(name, GIVEN[name]))

    assert verdict.kind == "took", verdict.sentence


@pytest.mark.parametrize("name", CASES)
def test_a_write_whose_answer_was_lost_is_found_by_looking_or_nobody_can_tell(
    desk: BillDesk, sandbox: SandboxControl, name: str
) -> None:
    sandbox.drop_reply(connector="bill", operation=name.removeprefix("bill_"))

    verdict = desk.probe(name, desk.attempt(name, GIVEN[name], loses_answer=True))

    assert verdict.kind == ("took" if name in SHOWN else "cannot_tell"), verdict.sentence


@pytest.mark.parametrize("name", SHOWN)
def test_a_write_that_never_arrived_is_absent(desk: BillDesk, name: str) -> None:
    verdict = desk.probe(name, desk.attempt(name, GIVEN[name], send=False))

    assert verdict.kind == "absent", verdict.sentence


@pytest.mark.parametrize("name", CASES)
def test_nothing_that_goes_stale_moves_by_itself(desk: BillDesk, name: str) -> None:
    stale = find_operation(name).stale
    first, second = desk.look(name, GIVEN[name]), desk.look(name, GIVEN[name])

    assert [first.fields[field] for field in stale] == [second.fields[field] for field in stale]


# Customers


def test_a_changed_customer_shows_each_value_before_and_after(desk: BillDesk) -> None:
    card = desk.expect("bill_update_customer", {"customerId": books.HARBOR, "email": "new@harbor.example"})

    assert changes(card) == {"E-mail": ("ap@harbor.example", "new@harbor.example")}
    assert titles(card) == [("caution", "Invoices go to another address")]


def test_archiving_a_customer_tells_what_it_still_owes(desk: BillDesk) -> None:
    (flag,) = desk.expect("bill_archive_customer", {"customerId": books.HARBOR}).flags

    assert flag.detail == "BILL lists €250.00 as owed by Harbor Cafe."


def test_a_bank_account_is_shown_by_its_last_four_and_whether_they_differ(desk: BillDesk) -> None:
    given = CASES["bill_update_customer_bank_account"]
    card = desk.expect("bill_update_customer_bank_account", given)

    assert card.sentence.startswith("Change the bank account Harbor Cafe ••••7890 of customer Harbor Cafe")
    assert changes(card)["Account number"] == ("••••7890", "••••4321")
    assert ("high", "Differs from what is there") in titles(card)


def test_an_account_number_with_the_same_last_four_is_not_called_another(desk: BillDesk) -> None:
    given = CASES["bill_update_customer_bank_account"] | {"bankAccountNumber": "999999997890"}

    assert ("caution", "The same as what is there") in titles(
        desk.expect("bill_update_customer_bank_account", given)
    )


def test_somebody_elses_account_does_not_confirm_ours(desk: BillDesk) -> None:
    given = CASES["bill_create_customer_bank_account"]
    attempt = desk.attempt("bill_create_customer_bank_account", given, send=False)
    desk.send("bill_create_customer_bank_account", given | {"bankAccountNumber": "000111222333"})

    verdict = desk.probe("bill_create_customer_bank_account", attempt)

    assert verdict.kind == "cannot_tell"
    assert "“Account number” is another" in verdict.sentence


def test_a_permission_that_is_there_already_proves_nothing_without_an_answer(desk: BillDesk) -> None:
    given = {"customerId": books.HARBOR, "authorizedToCharge": True}
    attempt = desk.attempt("bill_set_customer_charge_authorization", given, send=False)

    assert desk.probe("bill_set_customer_charge_authorization", attempt).kind == "cannot_tell"


# Invoices


def test_a_replaced_invoice_shows_the_lines_that_go_and_those_that_come(desk: BillDesk) -> None:
    card = desk.expect("bill_replace_invoice", CASES["bill_replace_invoice"])
    shown = changes(card)

    assert shown["Line 2"] == ("1 × €80.00", "—")
    assert shown["Line 3"] == ("—", "1 × €5.25")
    assert shown["Total"] == ("€200.00", "€125.25")
    assert shown["BILL mails it to the customer"] == ("—", "No")


def test_a_replaced_invoice_loses_the_lines_that_are_left_out(desk: BillDesk) -> None:
    desk.send("bill_replace_invoice", CASES["bill_replace_invoice"])
    invoice = desk.read("bill_get_invoice", {"invoiceId": books.INVOICE})

    assert [line["id"] == books.LINES[0] for line in invoice["invoiceLineItems"]] == [True, False]
    assert (invoice["totalAmount"], invoice["dueAmount"]) == (125.25, 125.25)


def test_a_line_keeps_what_is_not_given_of_it(desk: BillDesk) -> None:
    lines = [{"id": books.LINES[0], "quantity": 5}]
    card = desk.expect("bill_update_invoice", {"invoiceId": books.INVOICE, "invoiceLineItems": lines})

    assert changes(card)["Line 1"] == ("2 × €60.00", "5 × €60.00")
    assert card.money == Money(38000, "EUR", "stays")


def test_what_bill_does_not_show_of_a_line_is_not_zero(desk: BillDesk, sandbox: SandboxControl) -> None:
    line = {"id": books.LINES[0], "description": "Setup", "quantity": "2", "price": None}
    sandbox.change("bill", "invoice", books.INVOICE, invoiceLineItems=[line])
    lines = [{"id": books.LINES[0], "quantity": 5}]
    card = desk.expect("bill_update_invoice", {"invoiceId": books.INVOICE, "invoiceLineItems": lines})

    assert changes(card)["Line 1"] == ("2 × ?", "5 × ?")
    assert card.money.amount_minor is None


def test_a_mail_with_a_change_is_flagged(desk: BillDesk) -> None:
    given = {"invoiceId": books.INVOICE, "dueDate": "2027-01-15", "sendEmail": True}

    assert ("high", "BILL will mail the invoice") in titles(desk.expect("bill_update_invoice", given))


def test_archiving_an_invoice_is_how_it_is_cancelled(desk: BillDesk) -> None:
    card = desk.expect("bill_archive_invoice", {"invoiceId": books.INVOICE})
    desk.send("bill_archive_invoice", {"invoiceId": books.INVOICE})
    invoice = desk.read("bill_get_invoice", {"invoiceId": books.INVOICE})

    assert card.summary == "BILL no longer lists €200.00 as owed by Harbor Cafe."
    assert (invoice["archived"], invoice["status"]) == (True, "OPEN")


def test_the_card_of_a_mail_names_all_who_get_it(desk: BillDesk) -> None:
    card = desk.expect("bill_send_invoice", CASES["bill_send_invoice"])

    assert card.sentence == (
        "Let BILL mail invoice H-11 for Harbor Cafe over €200.00 to ana@harbor.example, ap+1@acme.example"
    )
    (flag,) = card.flags
    assert (flag.level, flag.title) == ("high", "An address that is not the customer's")
    assert flag.detail == "BILL has no such address of Harbor Cafe: ap+1@acme.example."


def test_a_customer_in_the_network_gets_no_payment_link(desk: BillDesk, sandbox: SandboxControl) -> None:
    sandbox.add(
        "bill", "connection", f"customer/{books.HARBOR}", id="con01", status="CONNECTED", networkId="4001"
    )
    given = CASES["bill_create_invoice_payment_link"]

    assert ("blocked", "Connected in the network") in titles(
        desk.expect("bill_create_invoice_payment_link", given)
    )
    with pytest.raises(RefusedError):
        desk.send("bill_create_invoice_payment_link", given)


def test_a_number_that_bill_has_is_read_as_already_there(desk: BillDesk) -> None:
    desk.send("bill_create_invoice", NEW_INVOICE)

    with pytest.raises(RefusedError, match="BILL already has a document of that number"):
        desk.send("bill_create_invoice", NEW_INVOICE)


# Money received


def test_a_charge_tells_from_which_account_how_much_comes_in(desk: BillDesk) -> None:
    card = desk.expect("bill_charge_customer", CHARGE | OURS)
    shown = changes(card)

    assert card.sentence == "Charge Harbor Cafe €170.50 for invoices H-11, H-12"
    assert card.money == Money(17050, "EUR", "in")
    assert shown["From"][1] == "Harbor Cafe ••••7890"
    assert shown["Open of invoice H-11 for Harbor Cafe"] == ("€200.00", "€79.50")
    assert shown["Our reference"][1] == "CS-0123456789ABCDEF"
    assert card.flags == ()


@pytest.mark.parametrize(
    ("kind", "key", "change", "expected"),
    [
        ("customer", books.HARBOR, {"authorizedToCharge": False}, "Not allowed by the customer"),
        ("customer bank account", books.ACCOUNT, {"archived": True}, "The account is archived"),
        ("invoice", books.INVOICE, {"archived": True}, "The invoice is archived"),
        (
            "invoice",
            books.INVOICE,
            {"dueAmount": "120.49"},
            "More than is open of invoice H-11 for Harbor Cafe",
        ),
        ("invoice", books.INVOICE, {"scheduledAmount": "10.00"}, "It would be paid twice"),
    ],
)
def test_a_charge_that_should_not_be_made_is_blocked(
    desk: BillDesk, sandbox: SandboxControl, kind: str, key: str, change: dict, expected: str
) -> None:
    sandbox.change("bill", kind, key, **change)

    assert ("blocked", expected) in titles(desk.expect("bill_charge_customer", CHARGE))


def test_an_account_that_is_not_verified_is_flagged_and_cannot_be_charged(
    desk: BillDesk, sandbox: SandboxControl
) -> None:
    sandbox.change("bill", "customer bank account", books.ACCOUNT, createdTime=sandbox.now().isoformat())

    assert ("high", "The account is not verified") in titles(desk.expect("bill_charge_customer", CHARGE))
    with pytest.raises(RefusedError):
        desk.send("bill_charge_customer", CHARGE)


def test_a_charge_of_somebody_elses_does_not_confirm_ours(desk: BillDesk) -> None:
    attempt = desk.attempt("bill_charge_customer", CHARGE | OURS, send=False)
    desk.send("bill_charge_customer", CHARGE | {"description": "CS-ANOTHER"})

    verdict = desk.probe("bill_charge_customer", attempt)

    assert verdict.kind == "cannot_tell"
    assert "it does not carry our reference" in verdict.sentence


def test_an_earlier_payment_is_not_taken_for_the_charge(desk: BillDesk) -> None:
    part = [{"invoiceId": books.SECOND, "amount": "20.00"}]
    desk.send("bill_charge_customer", CHARGE | OURS | {"invoicePayments": part})
    attempt = desk.attempt("bill_charge_customer", CHARGE | OURS | {"invoicePayments": part}, send=False)

    assert desk.probe("bill_charge_customer", attempt).kind == "absent"


def test_an_invoice_of_another_customer_is_refused_before_anything_is_proposed(desk: BillDesk) -> None:
    with pytest.raises(ArgumentsError, match="invoice H-11 for Harbor Cafe is not for Pier Supplies"):
        desk.look("bill_charge_customer", CHARGE | {"customerId": books.PIER})


def test_a_recorded_payment_shows_what_is_left_on_no_invoice(desk: BillDesk) -> None:
    card = desk.expect("bill_record_invoice_payment", CASES["bill_record_invoice_payment"])

    assert card.sentence == "Note in BILL that Harbor Cafe paid €150.75 elsewhere"
    assert card.money == Money(15075, "EUR", "stays")
    assert changes(card)["On no invoice"][1] == "€0.75"


def test_more_on_invoices_than_was_received_is_refused(desk: BillDesk) -> None:
    given = CASES["bill_record_invoice_payment"] | {"amount": "149.99"}
    with pytest.raises(ArgumentsError, match="€150.00 goes to invoices, and only €149.99 was received"):
        desk.look("bill_record_invoice_payment", given)


# Credits, and what recurs


def test_several_credits_are_one_card_with_a_line_for_each(desk: BillDesk) -> None:
    card = desk.expect("bill_create_credit_memos_bulk", CASES["bill_create_credit_memos_bulk"])

    assert card.sentence == "Give 2 credits in BILL, €41.00"
    assert len(card.changes) == 2
    assert "Credited: €20.50" in card.changes[0].after


def test_a_credit_of_a_number_that_is_there_is_a_caution_only(desk: BillDesk) -> None:
    card = desk.expect("bill_create_credit_memo", NEW_CREDIT | {"referenceNumber": "CM-1"})

    assert titles(card) == [("caution", "BILL has that number already")]


def test_a_credit_that_was_set_off_is_flagged(desk: BillDesk, sandbox: SandboxControl) -> None:
    sandbox.change("bill", "credit memo", books.CREDIT, appliedAmount="20.00", status="PARTIALLY_APPLIED")
    card = desk.expect("bill_update_credit_memo", {"creditMemoId": books.CREDIT, "description": "Less"})

    assert ("high", "Money has moved by it") in titles(card)


def test_a_recurring_invoice_says_how_often_and_that_it_may_be_mailed(desk: BillDesk) -> None:
    card = desk.expect("bill_create_recurring_invoice", CASES["bill_create_recurring_invoice"])

    assert card.sentence == "Let BILL make an invoice for Harbor Cafe every 2 months, €80.00 each"
    assert titles(card) == [("caution", "BILL may mail each invoice")]
