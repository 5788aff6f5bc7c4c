"""What Billsby does to a customer: changing, mailing, another card, erasing, deleting."""

from typing import Any

import pytest

from connectors.sandbox.client import SandboxControl
from tests.connectors.billsby_account import BillsbyAccount

ALICE = "7KQ2M9XTRB"
ADDRESS = {
    "addressLine1": "9 Quay Street",
    "addressLine2": "",
    "city": "Leeds",
    "country": "GBR",
    "state": "West Yorkshire",
    "postCode": "LS2 8XY",
}
PERSON = {"firstName": "Ali", "lastName": "Smythe", "email": "ali@mail.example", "billingAddress": ADDRESS}
CARD = {"fullName": "Alice Smith", "expiryMonth": 1, "expiryYear": 2029, "cardType": "master"}


def update(billsby: BillsbyAccount, **changes: Any) -> Any:
    return billsby.send("PUT", f"/halden/customers/{ALICE}", PERSON | changes)


def test_an_update_shows_everywhere(billsby: BillsbyAccount) -> None:
    answer = update(billsby).json()

    assert (answer["customerId"], answer["uniqueId"], answer["lastName"]) == (ALICE, ALICE, "Smythe")
    assert "customerUniqueId" not in answer
    assert "status" not in answer
    customer = billsby.customer(ALICE)
    assert (customer["firstName"], customer["billingAddress"]) == ("Ali", ADDRESS)
    assert billsby.read("/halden/customers", page=1, pageSize=9, search="smythe")["rowCount"] == 1
    found = billsby.read("/halden/companies/invoices", page=1, pageSize=9, query="smythe")["results"]
    assert {row["customerFullName"] for row in found} == {"Ali Smythe"}


def test_an_update_keeps_the_telephone_number_that_it_does_not_name(billsby: BillsbyAccount) -> None:
    update(billsby, phoneNumber="7700900123", phoneNumberDialCode="44", phoneNumberDialCountry="GBR")
    update(billsby)

    assert billsby.customer(ALICE)["phoneNumber"] == "7700900123"


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "nobody"},
        {"firstName": None},
        {"billingAddress": None},
        {"billingAddress": ADDRESS | {"country": "England"}},
        {"billingAddress": ADDRESS | {"country": "USA"}},
    ],
)
def test_an_update_without_what_is_required_changes_nothing(
    billsby: BillsbyAccount, sandbox: SandboxControl, changes: dict
) -> None:
    before = billsby.customer(ALICE)

    assert update(billsby, **changes).status_code == 400
    assert billsby.customer(ALICE) == before
    assert [line["took"] for line in sandbox.effects()] == [False]


def test_the_request_for_payment_details_is_a_get_that_mails(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    answer = billsby.get(f"/halden/customers/{ALICE}/paymentdetailsrequest")

    assert answer.json() == "Success"
    (line,) = sandbox.effects()
    assert (line["operation"], line["record"], line["took"]) == (
        "billsby_request_payment_details",
        ALICE,
        True,
    )
    assert sandbox.record("billsby", "mail", "1")["to"] == billsby.customer(ALICE)["email"]


@pytest.mark.parametrize(("token", "status"), [("tok_new_ok", "Paid"), ("tok_new_decline", "Unpaid")])
def test_a_replaced_card_is_the_one_that_pays(billsby: BillsbyAccount, token: str, status: str) -> None:
    card = CARD | {"paymentCardtoken": token, "last4Digits": "4444"}
    assert billsby.send("PUT", f"/halden/customers/{ALICE}/paymentCard", card).json() == "Success"

    billsby.retry(f"{ALICE}-3")

    invoice = billsby.invoice(f"{ALICE}-3")
    assert (invoice["status"], invoice["cardLast4Digits"]) == (status, "4444")


def test_a_card_without_a_token_is_refused(billsby: BillsbyAccount) -> None:
    assert billsby.send("PUT", f"/halden/customers/{ALICE}/paymentCard", CARD).status_code == 400


def test_erasing_leaves_the_marker_and_the_papers(billsby: BillsbyAccount) -> None:
    numbers = [invoice["invoiceNumber"] for invoice in billsby.customer_invoices(ALICE)]

    answer = billsby.send("PUT", f"/halden/customers/{ALICE}/gdprcleanup").json()

    customer = billsby.customer(ALICE)
    assert answer == customer | {"customerTaxRegNumber": "", "uniqueId": ALICE}
    assert set(customer["billingAddress"].values()) == {"gdpr"}
    personal = ("firstName", "lastName", "email", "additionalEmail", "phoneNumber", "phoneNumberDialCode")
    assert {customer[name] for name in personal} == {"gdpr"}
    assert (customer["cardStatus"], customer["status"]) == ("Missing", "Active")
    assert [invoice["invoiceNumber"] for invoice in billsby.customer_invoices(ALICE)] == numbers
    assert billsby.invoice(numbers[0])["customerLastName"] == "gdpr"


def test_a_customer_with_a_running_subscription_is_not_deleted(billsby: BillsbyAccount) -> None:
    assert billsby.send("DELETE", f"/halden/customers/{ALICE}").status_code == 400
    assert billsby.customer(ALICE)["status"] == "Active"


def test_a_deleted_customer_is_gone_with_all_that_was_theirs(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    story = sandbox.stories()["cancel_refund"]
    unique, subscription = story["customerUniqueId"], story["subscriptionUniqueId"]
    assert billsby.cancel(subscription, unique).status_code == 200

    assert billsby.send("DELETE", f"/halden/customers/{unique}").json() == "Success"

    gone = (
        f"/halden/customers/{unique}",
        f"/halden/customers/{unique}/invoices",
        f"/halden/subscriptions/{subscription}",
        f"/invoices/{story['invoiceNumber']}",
    )
    assert [billsby.get(path).status_code for path in gone] == [404] * 4
    for path in ("customers", "subscriptions", "companies/invoices", "companies/creditnotes"):
        assert unique not in billsby.get(f"/halden/{path}", page=1, pageSize=100).text
    assert billsby.send("DELETE", f"/halden/customers/{unique}").status_code == 404
