"""Halden Labs' books at BILL: the same for a seed, others for another, with old debts in many currencies."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from connectors.sandbox.client import SandboxControl
from tests.connectors.bill_account import BillAccount
from tests.connectors.billsby_account import BillsbyAccount


@pytest.fixture
def bill(sandbox: SandboxControl, sandbox_url: str) -> Iterator[BillAccount]:
    account = BillAccount(sandbox_url)
    yield account
    account.close()


def reseeded(sandbox: SandboxControl, bill: BillAccount, **changes: int) -> BillAccount:
    sandbox.reset(**changes)
    bill.session_id = bill.log_in().json()["sessionId"]
    return bill


def everything(bill: BillAccount) -> list:
    return [bill.rows(path) for path in ("/customers", "/vendors")]


def test_the_books_have_their_size(bill: BillAccount) -> None:
    sizes = {path: len(bill.rows(path)) for path in ("/customers", "/invoices", "/vendors", "/bills")}

    assert sizes == {"/customers": 25, "/invoices": 60, "/vendors": 15, "/bills": 40}


def test_a_seed_always_gives_the_same_books(bill: BillAccount, sandbox: SandboxControl) -> None:
    first = everything(bill)

    assert everything(reseeded(sandbox, bill, seed=1)) == first


def test_another_seed_gives_other_names_ids_and_amounts(bill: BillAccount, sandbox: SandboxControl) -> None:
    first = bill.rows("/customers"), bill.rows("/invoices")
    other = reseeded(sandbox, bill, seed=7)
    second = other.rows("/customers"), other.rows("/invoices")

    assert not {row["id"] for row in first[0]} & {row["id"] for row in second[0]}
    assert len({row["name"] for row in first[0]} & {row["name"] for row in second[0]}) <= 2
    assert [row["totalAmount"] for row in first[1]] != [row["totalAmount"] for row in second[1]]


@pytest.mark.parametrize("seed", [1, 2, 31])
def test_dollars_and_euros_are_both_owed_for_more_than_60_and_90_days(
    bill: BillAccount, sandbox: SandboxControl, seed: int
) -> None:
    reseeded(sandbox, bill, seed=seed)
    currency = {row["id"]: row.get("invoiceCurrency", "USD") for row in bill.rows("/customers")}
    today = sandbox.now().date()
    for days in (60, 90):
        late = [
            currency[row["customerId"]]
            for row in bill.rows("/invoices")
            if row["dueAmount"] > 0 and date.fromisoformat(row["dueDate"]) < today - timedelta(days=days)
        ]
        assert {"USD", "EUR"} <= set(late)


def test_bills_stand_in_every_state_of_approval(bill: BillAccount) -> None:
    states = {row["approvalStatus"] for row in bill.rows("/bills")}

    assert states == {"UNASSIGNED", "ASSIGNED", "APPROVING", "APPROVED", "DENIED"}


def test_small_books_work_too(bill: BillAccount, sandbox: SandboxControl) -> None:
    reseeded(sandbox, bill, customers=2)

    assert len(bill.rows("/customers")) == 1
    assert len(bill.rows("/invoices")) == 3


def test_some_companies_are_customers_in_both_systems(bill: BillAccount, sandbox_url: str) -> None:
    billsby = BillsbyAccount(sandbox_url)
    rows = billsby.read("/halden/customers", page=1, pageSize=100)["results"]
    billsby.close()
    there = {f"{row['firstName']} {row['lastName']}": row["email"] for row in rows}

    both = {row["name"]: row["email"] for row in bill.rows("/customers") if row["name"] in there}

    assert len(both) >= 3
    assert {email == there[name] for name, email in both.items()} == {True, False}


def test_lines_are_filed_under_accounts_and_departments_that_are_in_use(bill: BillAccount) -> None:
    def in_use(family: str) -> dict[str, dict]:
        rows = bill.rows(f"/classifications/{family}", filters="archived:eq:false")
        return {row["id"]: row for row in rows}

    accounts, departments = in_use("chart-of-accounts"), in_use("departments")
    kinds = {"invoices": ("invoiceLineItems", "INCOME"), "bills": ("billLineItems", "EXPENSE")}
    for documents, (lines, kind) in kinds.items():
        filed = [line["classifications"] for row in bill.rows(f"/{documents}") for line in row[lines]]
        assert {accounts[one["chartOfAccountId"]]["account"]["type"] for one in filed} == {kind}
        assert {one["departmentId"] for one in filed} == set(departments)


def test_everybody_who_approves_bills_is_a_user(bill: BillAccount) -> None:
    users = {row["id"] for row in bill.rows("/users")}

    assert {one["userId"] for row in bill.rows("/bills") for one in row.get("approvers", [])} <= users
