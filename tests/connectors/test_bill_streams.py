"""Reading all of BILL for the mirror, and one record again."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.ahead import InTurn
from connectors.bill.streams import Owners
from connectors.errors import NotFoundError
from connectors.judging import Read
from connectors.registry import Record, Stream, connector
from connectors.sandbox.client import SandboxControl
from tests.connectors.bill_account import make_client, reader

BILL = connector("bill")
REFUSED = '[{"code": "BDC_1196", "message": "No."}]'
LISTED = [stream for stream in BILL.streams if isinstance(stream, Stream)]


@pytest.fixture
def read(sandbox: SandboxControl, sandbox_url: str) -> Iterator[Read]:
    client = make_client(sandbox_url)
    yield reader(client)
    client.close()


def records(read: Read, kind: str) -> list[Record]:
    (stream,) = (stream for stream in LISTED if stream.kind == kind)
    return [row.record() for page in stream.pages(read, "") for row in page.rows]


def test_every_record_of_every_kind_is_read_once(read: Read) -> None:
    counts = {stream.kind: [r.vendor_id for r in records(read, stream.kind)] for stream in LISTED}

    assert {kind: len(ids) for kind, ids in counts.items()} == {
        "customer": 25,
        "invoice": 60,
        "received_payment": 18,
        "credit_memo": 5,
        "vendor": 15,
        "bill": 40,
        "payment": 15,
        "vendor_credit": 0,
        "classification": 40,
        "funding_account": 3,
        "budget": 6,
        "spend_card": 9,
        "spend_transaction": 60,
    }
    assert all(len(set(ids)) == len(ids) for ids in counts.values())


def test_lists_longer_than_a_page_are_read_to_the_end(read: Read, sandbox: SandboxControl) -> None:
    sandbox.reset(customers=100)

    (stream,) = (stream for stream in BILL.streams if stream.kind == "invoice")
    assert [len(page.rows) for page in stream.pages(read, "")] == [100, 50, 0]  # none is archived


def test_archived_records_are_read_though_bill_hides_them(read: Read, sandbox: SandboxControl) -> None:
    invoice = records(read, "invoice")[0]
    owner = invoice.fields["customer_vendor_id"]
    sandbox.change("bill", "customer", owner, archived=True)
    kinds = [
        stream.kind for stream in LISTED if stream.kind != "spend_card"
    ]  # deleted ones are listed or not
    counts = {kind: len(records(read, kind)) for kind in kinds}

    sandbox.settings(bill_lists_archived=False)

    assert {kind: len(records(read, kind)) for kind in kinds} == counts
    assert records(read, "invoice")[0].fields["customer_name"] == invoice.fields["customer_name"]


def test_documents_carry_the_name_and_currency_of_their_owner(read: Read) -> None:
    customers = {record.vendor_id: record.fields for record in records(read, "customer")}

    for invoice in records(read, "invoice"):
        owner = customers[invoice.fields["customer_vendor_id"]]
        assert (invoice.fields["customer_name"], invoice.fields["currency"]) == (
            owner["name"],
            owner["currency"],
        )


def test_an_owner_that_was_let_go_is_read_again(read: Read) -> None:
    ids = [record.vendor_id for record in records(read, "customer")[:4]]
    owners = Owners(read, "customer", kept=2)

    for one in [*ids, ids[0]]:
        owners.learn([one])
        assert owners.get(one)["id"] == one


def test_who_is_known_already_is_not_asked_about(read: Read) -> None:
    customers = {row["id"]: row for row in read("bill_list_customers", {"limit": 100})}
    asked = []

    def noting(name: str, arguments: Any) -> Any:
        asked.append(name)
        return read(name, arguments)

    holding = InTurn(noting, known=lambda kind, ids: {key: customers[key] for key in ids})
    (stream,) = (stream for stream in LISTED if stream.kind == "invoice")
    invoices = [row.record() for page in stream.pages(holding, "") for row in page.rows]

    assert "bill_list_customers" not in asked
    assert {one.fields["customer_name"] for one in invoices} <= {row["name"] for row in customers.values()}


def test_the_amounts_of_the_mirror_add_up_to_the_balances_at_bill(read: Read) -> None:
    owed: dict[str, int] = {}
    for invoice in records(read, "invoice"):
        key = invoice.fields["customer_vendor_id"]
        owed[key] = owed.get(key, 0) + invoice.fields["open_minor"]

    balances = {record.vendor_id: record.fields["balance_minor"] for record in records(read, "customer")}
    assert {key: balance for key, balance in balances.items() if balance} == {
        k: v for k, v in owed.items() if v
    }


def test_reading_an_invoice_again_tells_its_customers_balance_too(
    read: Read, sandbox: SandboxControl
) -> None:
    invoice = next(record for record in records(read, "invoice") if record.fields["open_minor"])
    sandbox.change("bill", "invoice", invoice.vendor_id, status="PAID_IN_FULL", dueAmount="0")

    fresh, customer, *_ = (row.record() for row in BILL.refresh(read, "invoice", invoice.vendor_id))

    assert (fresh.fields["status"], fresh.fields["open_minor"]) == ("PAID_IN_FULL", 0)
    assert customer.vendor_id == invoice.fields["customer_vendor_id"]


@pytest.mark.parametrize(
    ("kind", "documents"),
    [
        ("customer", ["invoice", "received_payment", "credit_memo"]),
        ("vendor", ["bill", "payment", "vendor_credit"]),
    ],
)
def test_reading_an_owner_again_brings_its_documents(read: Read, kind: str, documents: list[str]) -> None:
    field = {"customer": "customer_vendor_id", "vendor": "vendor_vendor_id"}[kind]
    every = [record for each in documents for record in records(read, each)]
    key = every[0].fields[field]

    owner, *rest = (row.record() for row in BILL.refresh(read, kind, key))

    assert owner.vendor_id == key
    assert [record.vendor_id for record in rest] == [r.vendor_id for r in every if r.fields[field] == key]


def test_reading_a_payment_again_tells_its_bill_and_vendor_too(read: Read) -> None:
    payment = records(read, "payment")[0]

    fresh = [row.record() for row in BILL.refresh(read, "payment", payment.vendor_id)]

    (part,) = payment.fields["bills"]
    assert [(one.kind, one.vendor_id) for one in fresh] == [
        ("payment", payment.vendor_id),
        ("vendor", payment.fields["vendor_vendor_id"]),
        ("bill", part["bill_vendor_id"]),
    ]


def test_reading_a_bill_again_tells_its_payments_too(read: Read) -> None:
    payment = records(read, "payment")[0]
    bill = payment.fields["bills"][0]["bill_vendor_id"]

    fresh = [row.record() for row in BILL.refresh(read, "bill", bill)]

    assert (payment.kind, payment.vendor_id) in [(one.kind, one.vendor_id) for one in fresh]


def test_reading_a_received_payment_again_tells_its_invoice_and_customer_too(read: Read) -> None:
    payment = records(read, "received_payment")[0]

    fresh = [row.record() for row in BILL.refresh(read, "received_payment", payment.vendor_id)]

    (part,) = payment.fields["invoices"]
    assert [(one.kind, one.vendor_id) for one in fresh[1:]] == [
        ("customer", payment.fields["customer_vendor_id"]),
        ("invoice", part["invoice_vendor_id"]),
    ]


def test_those_who_are_asked_to_approve_are_named(read: Read) -> None:
    asked = [one for bill in records(read, "bill") for one in bill.fields["approvers"]]

    assert {one["status"] for one in asked} == {"APPROVED", "WAITING", "DENIED"}
    assert all(one["name"] for one in asked)


def test_where_bill_tells_of_no_users_those_who_are_asked_have_no_names(
    read: Read, sandbox: SandboxControl
) -> None:
    sandbox.fail_next(status=403, path_contains="/v3/users", body=REFUSED)

    asked = [one for bill in records(read, "bill") for one in bill.fields["approvers"]]

    assert asked
    assert {one["name"] for one in asked} == {""}


def test_an_unchanged_invoice_is_the_same_in_the_list_and_alone(read: Read) -> None:
    (stream,) = (stream for stream in BILL.streams if stream.kind == "invoice")
    page = next(stream.pages(read, ""))
    alone = BILL.refresh(read, "invoice", page.rows[0].vendor_id)[0]

    assert (alone.raw, alone.beside) == (page.rows[0].raw, page.rows[0].beside)


def test_a_record_that_is_gone_is_not_found(read: Read) -> None:
    with pytest.raises(NotFoundError):
        BILL.refresh(read, "bill", "00n00000000000000000")


def test_what_goes_by_another_name_at_bill_is_read_again_under_it(read: Read) -> None:
    department = next(one for one in records(read, "classification") if one.fields["family"] == "department")

    (fresh,) = (row.record() for row in BILL.refresh(read, "department", department.vendor_id))

    assert (fresh.kind, BILL.kinds_of["department"]) == ("classification", "classification")
    assert fresh.fields == department.fields


def test_a_list_that_is_left_in_the_middle_of_a_family_goes_on_there(read: Read) -> None:
    (stream,) = (stream for stream in LISTED if stream.kind == "classification")
    pages = list(stream.pages(read, ""))

    for at, page in enumerate(pages[:-1]):
        rest = [row.vendor_id for page in stream.pages(read, page.following) for row in page.rows]
        assert rest == [row.vendor_id for page in pages[at + 1 :] for row in page.rows]
