"""The sandbox's v3 lists: pages, filters, sorting, and what a record looks like."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.client import SandboxControl
from tests.connectors.bill_account import BillAccount


@pytest.fixture
def bill(sandbox: SandboxControl, sandbox_url: str) -> Iterator[BillAccount]:
    account = BillAccount(sandbox_url)
    yield account
    account.close()


def holds_nothing_empty(value: Any) -> bool:
    if isinstance(value, dict):
        return all(part is not None and part != "" and holds_nothing_empty(part) for part in value.values())
    return all(map(holds_nothing_empty, value)) if isinstance(value, list) else True


def test_pages_together_hold_every_invoice_once_and_the_last_has_no_next(bill: BillAccount) -> None:
    page = bill.read("/invoices", max=25)
    seen = [row["id"] for row in page["results"]]
    assert "prevPage" not in page
    while "nextPage" in page:
        page = bill.read("/invoices", max=25, page=page["nextPage"])
        seen += [row["id"] for row in page["results"]]

    assert len(seen) == len(set(seen)) == 60
    assert "prevPage" in page


def test_a_page_has_twenty_rows_unless_told(bill: BillAccount) -> None:
    assert len(bill.read("/customers")["results"]) == 20


@pytest.mark.parametrize(
    "query",
    [
        {"max": 0},
        {"max": 101},
        {"page": "nonsense"},
        {"filters": "shoeSize:eq:9"},
        {"filters": "name:gte:A"},
        {"filters": "archived"},
        {"filters": 'createdTime:gte:"yesterday"'},
        {"sort": "shoeSize:asc"},
    ],
)
def test_a_list_that_cannot_be_given_is_refused_without_a_code(bill: BillAccount, query: dict) -> None:
    response = bill.get("/customers", **query)

    assert response.status_code == 400
    assert "code" not in response.json()[0]


def test_a_page_token_dies_and_serves_one_question_only(bill: BillAccount, sandbox: SandboxControl) -> None:
    token = bill.read("/customers", max=5)["nextPage"]
    assert bill.get("/customers", max=5, page=token, sort="name:asc").status_code == 400

    sandbox.advance(16 * 60)

    assert bill.get("/customers", max=5, page=token).status_code == 400


def test_filters_must_all_hold(bill: BillAccount) -> None:
    kept = bill.rows("/customers", filters='archived:eq:false,invoiceCurrency:in:"EUR,GBP"')
    every = bill.rows("/customers")

    assert kept
    assert kept == [
        row for row in every if not row["archived"] and row.get("invoiceCurrency") in ("EUR", "GBP")
    ]


def test_a_name_filter_holds_commas_in_quotes(bill: BillAccount) -> None:
    bill.post("/customers", {"name": "Marsh, Vance & Co", "email": "ap@marsh.example"})

    assert [row["name"] for row in bill.rows("/customers", filters='name:sw:"marsh, v"')] == [
        "Marsh, Vance & Co"
    ]


def test_times_and_due_dates_are_compared_as_such(bill: BillAccount) -> None:
    middle = sorted(row["dueDate"] for row in bill.rows("/bills"))[20]
    moment = bill.rows("/bills")[10]["createdTime"]

    assert all(row["dueDate"] <= middle for row in bill.rows("/bills", filters=f"dueDate:lte:{middle}"))
    assert bill.rows("/bills", filters=f'createdTime:gte:"{moment}"')[0]["createdTime"] == moment


def test_rows_come_oldest_first_and_turn_around_on_request(bill: BillAccount) -> None:
    assert bill.rows("/vendors", sort="createdTime:desc") == bill.rows("/vendors")[::-1]
    names = [row["name"] for row in bill.rows("/vendors", sort="name:asc")]
    assert names == sorted(names)


@pytest.mark.parametrize("path", ["/customers", "/invoices", "/vendors", "/bills"])
def test_what_is_empty_is_left_out(bill: BillAccount, path: str) -> None:
    rows = bill.rows(path)

    assert holds_nothing_empty(rows)
    assert holds_nothing_empty(bill.read(f"{path}/{rows[0]['id']}"))


def test_amounts_are_numbers_in_major_units_and_add_up(bill: BillAccount) -> None:
    for row in bill.rows("/invoices"):
        lines = sum(line["price"] * line["quantity"] for line in row["invoiceLineItems"])
        assert row["totalAmount"] == pytest.approx(lines, abs=0.001)
        assert 0 <= row["dueAmount"] <= row["totalAmount"]


def test_a_customers_balance_is_what_its_invoices_leave_open(bill: BillAccount) -> None:
    customer = bill.rows("/customers")[0]
    invoices = bill.rows("/invoices", filters=f"customerId:eq:{customer['id']}")

    assert customer["balance"]["amount"] == pytest.approx(
        sum(row["dueAmount"] for row in invoices), abs=0.001
    )


def test_a_list_row_of_a_vendor_is_thinner_than_the_vendor(bill: BillAccount) -> None:
    row = bill.rows("/vendors")[0]

    assert "paymentInformation" not in row
    assert "paymentInformation" in bill.read(f"/vendors/{row['id']}")


def test_an_unknown_record_is_404_with_its_code(bill: BillAccount) -> None:
    response = bill.get("/invoices/00e00000000000000000")

    assert response.status_code == 404
    assert response.json()[0]["code"] == "BDC_1205"
