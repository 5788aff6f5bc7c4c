"""What the sandbox's BILL makes of a write, and what it refuses."""

from collections.abc import Iterator

import httpx
import pytest

from connectors.sandbox.client import SandboxControl
from tests.connectors.bill_account import ADDRESS, BillAccount, invoice_body


@pytest.fixture
def bill(sandbox: SandboxControl, sandbox_url: str) -> Iterator[BillAccount]:
    account = BillAccount(sandbox_url)
    yield account
    account.close()


@pytest.fixture
def customer_id(bill: BillAccount) -> str:
    return bill.post("/customers", {"name": "Acme", "email": "ap@acme.example"}).json()["id"]


@pytest.fixture
def vendor_id(bill: BillAccount) -> str:
    return bill.post("/vendors", {"name": "Northside", "address": ADDRESS}).json()["id"]


def bill_body(vendor_id: str, number: str = "NP-1") -> dict:
    return {
        "vendorId": vendor_id,
        "dueDate": "2026-12-31",
        "billLineItems": [{"amount": 149, "description": "Interface"}, {"amount": 79.99}],
        "invoice": {"invoiceNumber": number, "invoiceDate": "2026-12-01"},
    }


def messages(response: httpx.Response) -> list[str]:
    assert response.status_code == 400
    assert all("code" not in error for error in response.json())
    return [error["message"] for error in response.json()]


def test_a_customer_is_made_with_201_and_one_line_in_the_ledger(
    bill: BillAccount, sandbox: SandboxControl
) -> None:
    response = bill.post("/customers", {"name": "Acme", "email": "ap@acme.example"})

    made = response.json()
    assert response.status_code == 201
    assert (made["id"][:3], len(made["id"]), made["balance"]) == ("0cu", 20, {"amount": 0})
    (effect,) = sandbox.effects(operation="create_customer")
    assert (effect["record"], effect["took"]) == (made["id"], True)
    assert effect["request"]["path"] == "/connect/v3/customers"


def test_every_wrong_field_of_a_customer_is_named_at_once(bill: BillAccount) -> None:
    given = {"email": "no address", "accountType": "SHIP", "billingAddress": {"line1": "x", "country": "USA"}}

    assert messages(bill.post("/customers", given)) == [
        "name: must not be null",
        "email: must be a well-formed email address",
        "accountType: must be one of BUSINESS, NONE, PERSON",
        "billingAddress.city: must not be null",
        "billingAddress.zipOrPostalCode: must not be null",
        "billingAddress.country: must be a two-letter country code",
    ]


def test_a_refused_write_changes_nothing_and_is_noted(bill: BillAccount, sandbox: SandboxControl) -> None:
    bill.post("/customers", {})

    (effect,) = sandbox.effects(operation="create_customer")
    assert effect["took"] is False
    assert len(bill.rows("/customers")) == 25


def test_two_customers_may_have_one_name(bill: BillAccount, customer_id: str) -> None:
    assert bill.post("/customers", {"name": "Acme", "email": "ap@acme.example"}).status_code == 201


def test_a_contacts_address_is_there_once_within_a_customer(bill: BillAccount, customer_id: str) -> None:
    person = {"firstName": "Ana", "email": "ana@acme.example"}
    first = bill.post(f"/customers/{customer_id}/contacts", person)
    second = bill.post(f"/customers/{customer_id}/contacts", person | {"email": "ANA@acme.example"})

    assert (first.status_code, second.status_code) == (201, 422)
    assert [row["id"] for row in bill.rows(f"/customers/{customer_id}/contacts")] == [first.json()["id"]]


def test_an_invoice_is_written_with_an_object_and_read_with_an_id(
    bill: BillAccount, customer_id: str
) -> None:
    made = bill.post("/invoices", invoice_body(customer_id, invoiceNumber="A-1")).json()

    assert (made["customerId"], made["totalAmount"], made["dueAmount"]) == (customer_id, 37.15, 37.15)
    assert "customer" not in made
    assert bill.read(f"/invoices/{made['id']}") == made


def test_an_invoice_for_a_bare_id_is_refused(bill: BillAccount, customer_id: str) -> None:
    flat = {**invoice_body(customer_id), "customer": customer_id}

    assert messages(bill.post("/invoices", flat)) == ["customer: must be an object"]
    assert messages(bill.post("/invoices", {"customerId": customer_id})) == [
        "customer: must not be null",
        "invoiceLineItems: must not be null",
    ]


def test_a_repeated_invoice_number_is_refused(bill: BillAccount, customer_id: str) -> None:
    bill.post("/invoices", invoice_body(customer_id, invoiceNumber="A-1"))
    again = bill.post("/invoices", invoice_body(customer_id, invoiceNumber="A-1"))

    assert (again.status_code, again.json()[0]["code"]) == (422, "BDC_1171")


def test_numbers_that_bill_makes_up_are_free(bill: BillAccount, customer_id: str) -> None:
    made = bill.post("/invoices", invoice_body(customer_id)).json()
    numbers = [row["invoiceNumber"] for row in bill.rows("/invoices")]

    assert numbers.count(made["invoiceNumber"]) == 1


@pytest.mark.parametrize(
    ("options", "mailed"), [({}, True), ({"sendEmail": True}, True), ({"sendEmail": False}, False)]
)
def test_an_invoice_is_mailed_unless_that_is_declined(
    bill: BillAccount, sandbox: SandboxControl, customer_id: str, options: dict, mailed: bool
) -> None:
    made = bill.post("/invoices", invoice_body(customer_id, processingOptions=options)).json()

    assert (sandbox.record("bill", "email", f"{made['id']}/1") is not None) is mailed


def test_an_invoice_can_make_its_customer(bill: BillAccount) -> None:
    body = invoice_body("") | {"customer": {"name": "New Co", "email": "ap@newco.example"}}
    made = bill.post("/invoices", body).json()

    assert bill.read(f"/customers/{made['customerId']}")["name"] == "New Co"


def test_a_vendor_needs_an_address(bill: BillAccount) -> None:
    assert messages(bill.post("/vendors", {"name": "X"})) == ["address: must not be null"]


def test_a_bill_is_the_sum_of_its_lines_and_waits_for_approval(bill: BillAccount, vendor_id: str) -> None:
    made = bill.post("/bills", bill_body(vendor_id)).json()

    assert (made["amount"], made["paymentStatus"], made["approvalStatus"]) == (228.99, "UNPAID", "UNASSIGNED")
    assert "vendorName" not in made
    assert bill.read(f"/bills/{made['id']}")["vendorName"] == "Northside"


def test_a_bills_number_is_taken_within_its_vendor_only(bill: BillAccount, vendor_id: str) -> None:
    other = bill.rows("/vendors")[0]["id"]
    bill.post("/bills", bill_body(vendor_id))

    assert bill.post("/bills", bill_body(vendor_id)).json()[0]["code"] == "BDC_1171"
    assert bill.post("/bills", bill_body(other)).status_code == 201


def test_a_lost_reply_leaves_its_effect(bill: BillAccount, sandbox: SandboxControl, customer_id: str) -> None:
    sandbox.drop_reply(connector="bill", operation="create_invoice")

    with pytest.raises(httpx.RemoteProtocolError):
        bill.post("/invoices", invoice_body(customer_id, invoiceNumber="LOST-1"))

    assert len(bill.rows("/invoices", filters="invoiceNumber:eq:LOST-1")) == 1
    assert [line["took"] for line in sandbox.effects(operation="create_invoice")] == [True]
