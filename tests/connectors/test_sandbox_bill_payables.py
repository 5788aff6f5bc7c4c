"""What the sandbox's BILL makes of vendors, the network and bills, and what it refuses."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from connectors.sandbox.bill.resources.recurring_bills import following
from connectors.sandbox.client import SandboxControl
from tests import payables as books
from tests.connectors.bill_account import BillAccount

DAY_S = 24 * 60 * 60
BANK = {"nameOnAccount": "Northside", "accountNumber": "000123456789", "routingNumber": "021000021"}


@pytest.fixture
def bill(sandbox: SandboxControl, sandbox_url: str) -> Iterator[BillAccount]:
    books.fill(sandbox)
    account = BillAccount(sandbox_url)
    yield account
    account.close()


def days_pass(bill: BillAccount, sandbox: SandboxControl, days: int) -> None:
    sandbox.advance(days * DAY_S)
    bill.session_id = bill.log_in().json()["sessionId"]


def names(bill: BillAccount, **query: Any) -> list[str]:
    return [row["name"] for row in bill.read("/network", **query)["results"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"name": "produce"}, 2),  # both companies of the BILL network have the whole word
        ({"name": "produ"}, 0),
        ({"name": "produ", "scope": "RPPS"}, 1),
        ({"name": "Produce", "scope": "ALL"}, 3),
        ({"name": "Produce", "scope": "RPPS", "zipOrPostalCode": "10001"}, 0),
    ],
)
def test_the_network_is_searched_by_whole_words_and_rpps_by_parts(
    bill: BillAccount, query: dict, found: int
) -> None:
    assert names(bill, **query) == ["Northside Produce"] * found


def test_a_search_needs_three_letters_and_tells_nobodys_wish_to_connect(bill: BillAccount) -> None:
    assert bill.get("/network", name="No").status_code == 400
    assert not any("asksUs" in row for row in bill.read("/network", name="Produce")["results"])


def status(bill: BillAccount) -> str:
    return bill.read(f"/vendors/{books.VENDOR}")["networkStatus"]


def test_a_company_of_the_network_accepts_after_some_days(bill: BillAccount, sandbox: SandboxControl) -> None:
    asked = {"networkId": books.COMPANY, "networkType": "BILL"}
    bill.post(f"/network/invitation/vendor/{books.VENDOR}", asked)
    first = status(bill)
    days_pass(bill, sandbox, 3)

    assert (first, status(bill)) == ("PENDING", "CONNECTED")


def test_a_biller_of_rpps_is_connected_at_once(bill: BillAccount) -> None:
    asked = {"networkId": books.BILLER, "networkType": "RPPS"}
    bill.post(f"/network/invitation/vendor/{books.VENDOR}", asked)

    assert status(bill) == "CONNECTED_RPPS"


def test_a_request_by_mail_is_over_after_sixty_days(bill: BillAccount, sandbox: SandboxControl) -> None:
    bill.post(f"/network/invitation/vendor/{books.VENDOR}/email", {"email": "ap@northside.example"})
    days_pass(bill, sandbox, 59)
    last = status(bill)
    days_pass(bill, sandbox, 1)

    assert (last, status(bill)) == ("PENDING", "NOT_CONNECTED")


def test_nobody_is_disconnected_while_a_payment_is_scheduled(
    bill: BillAccount, sandbox: SandboxControl
) -> None:
    place = f"/connect/v3/network/invitation/vendor/{books.ASKED}"
    bill_of_theirs = {**books.bill("SS-1"), "vendorId": books.ASKED, "paymentStatus": "SCHEDULED"}
    sandbox.add("bill", "bill", "00n09", owner=books.ASKED, id="00n09", **bill_of_theirs)
    refused = bill.http.delete(place, headers=bill.headers)
    sandbox.change("bill", "bill", "00n09", paymentStatus="PAID")

    assert (refused.status_code, bill.http.delete(place, headers=bill.headers).status_code) == (422, 200)


@pytest.mark.parametrize("network_id", [books.COMPANY, "9999"])
def test_only_a_company_that_asks_can_be_accepted(bill: BillAccount, network_id: str) -> None:
    answer = bill.post("/network/invitation/accept", {"networkId": network_id, "type": "VENDOR"})

    assert answer.status_code in (404, 422)


def test_accepting_makes_the_vendor_where_none_is_named(bill: BillAccount) -> None:
    bill.post("/network/invitation/accept", {"networkId": books.ASKING, "type": "VENDOR"})
    (made,) = [row for row in bill.rows("/vendors") if row["name"] == "Northside Produce"]

    assert made["networkStatus"] == "CONNECTED"


def test_a_bank_account_makes_a_vendor_payable_electronically_and_is_masked(bill: BillAccount) -> None:
    bill.post(f"/vendors/{books.VENDOR}/bank-account", BANK)
    vendor = bill.read(f"/vendors/{books.VENDOR}")

    assert (vendor["bankAccountStatus"], vendor["paymentInformation"]["payByType"]) == (
        "NO_NET_LINKED_ACCOUNT",
        "ACH",
    )
    assert vendor["paymentInformation"]["bankAccount"]["accountNumber"] == "********6789"
    assert "paymentInformation" not in bill.rows("/vendors", filters=f"id:eq:{books.VENDOR}")[0]


def test_bank_details_are_not_taken_by_an_update(bill: BillAccount) -> None:
    given = {"paymentInformation": {"bankAccount": BANK}}
    answer = bill.http.patch(f"/connect/v3/vendors/{books.VENDOR}", json=given, headers=bill.headers)

    assert answer.status_code == 400


def test_twenty_vendors_at_once_are_the_most_and_one_wrong_one_leaves_none(bill: BillAccount) -> None:
    one, before = {"name": "Westside", "address": books.ADDRESS}, len(bill.rows("/vendors"))

    assert bill.post("/vendors/bulk", [one] * 21).status_code == 400
    assert bill.post("/vendors/bulk", [one, {"name": "No address"}]).status_code == 400
    assert len(bill.rows("/vendors")) == before
    assert len(bill.post("/vendors/bulk", [one] * 20).json()["vendors"]) == 20


def test_a_country_has_rules_of_its_own(bill: BillAccount) -> None:
    place = "/vendors/configuration/international-payments"
    asked = {"billCurrency": "BRL", "accountType": "BUSINESS"}

    assert bill.read(place, country="BR", **asked)["paymentPurpose"]["required"] is True
    assert bill.read(place, country="DE", **asked)["validations"] == {"fields": []}
    assert bill.get(place, country="Brazil").status_code == 400


def test_the_network_is_searched_for_what_the_seed_says(bill: BillAccount) -> None:
    vendor = bill.rows("/vendors")[0]["name"]

    assert vendor in names(bill, name=vendor)


RENT = {"recurringBillLineItems": [{"amount": 80, "description": "Rent"}], "vendorId": books.VENDOR}


def schedule(sandbox: SandboxControl, **changes: Any) -> dict[str, Any]:
    due = (sandbox.now() + timedelta(days=10)).date().isoformat()
    return {"period": "WEEKLY", "frequency": 2, "nextDueDate": due, "daysInAdvance": 3} | changes


def rents(bill: BillAccount) -> list[dict[str, Any]]:
    rows = bill.rows("/bills", filters=f"vendorId:eq:{books.VENDOR}")
    return [row for row in rows if row["billLineItems"][0].get("description") == "Rent"]


def test_a_recurring_bill_enters_a_bill_again_and_again(bill: BillAccount, sandbox: SandboxControl) -> None:
    made = bill.post("/recurringbills", RENT | {"schedule": schedule(sandbox)}).json()
    entered = []
    for days in (6, 1, 14):
        days_pass(bill, sandbox, days)
        entered.append(len(rents(bill)))

    assert entered == [0, 1, 2]
    first = made["schedule"]["nextDueDate"]
    assert [row["dueDate"] for row in rents(bill)][0] == first
    then = bill.read(f"/recurringbills/{made['id']}")["schedule"]["nextDueDate"]
    assert date.fromisoformat(then) == date.fromisoformat(first) + timedelta(weeks=4)


def test_an_archived_or_ended_recurring_bill_enters_none(bill: BillAccount, sandbox: SandboxControl) -> None:
    first = bill.post("/recurringbills", RENT | {"schedule": schedule(sandbox)}).json()
    bill.post(f"/recurringbills/{first['id']}/archive")
    ends = schedule(sandbox)["nextDueDate"]
    bill.post("/recurringbills", RENT | {"schedule": schedule(sandbox, endDate=ends)})
    days_pass(bill, sandbox, 60)

    assert [row["dueDate"] for row in rents(bill)] == [ends]


def test_an_archived_vendor_gets_no_bill_and_the_schedule_goes_on(
    bill: BillAccount, sandbox: SandboxControl
) -> None:
    made = bill.post("/recurringbills", RENT | {"schedule": schedule(sandbox)}).json()
    bill.post(f"/vendors/{books.VENDOR}/archive")
    days_pass(bill, sandbox, 8)

    then = bill.read(f"/recurringbills/{made['id']}")["schedule"]["nextDueDate"]
    assert (rents(bill), then > made["schedule"]["nextDueDate"]) == ([], True)


@pytest.mark.parametrize(
    ("period", "frequency", "day", "then"),
    [
        ("MONTHLY", 1, "2027-01-31", "2027-02-28"),
        ("MONTHLY", 12, "2027-12-15", "2028-12-15"),
        ("YEARLY", 1, "2028-02-29", "2029-02-28"),
        ("WEEKLY", 2, "2026-12-24", "2027-01-07"),
    ],
)
def test_the_day_of_the_month_stays_as_far_as_the_month_has_it(
    period: str, frequency: int, day: str, then: str
) -> None:
    given = {"period": period, "frequency": frequency, "nextDueDate": day}
    assert following(given) == date.fromisoformat(then)
