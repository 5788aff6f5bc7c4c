"""BILL's operations as data: all of them fit to be offered, and their requests as BILL wants them."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from jsonschema import Draft202012Validator

from connectors.catalogue import Request, catalogue, fill, find_operation, holes
from connectors.errors import ArgumentsError
from connectors.registry import connector, problems_of
from tests.connectors.bill_account import ADDRESS

LINES = [{"quantity": 2, "price": "12.50"}]


def request(name: str, /, **arguments: Any) -> Request:
    operation = find_operation(name)
    return operation.request(operation.arguments(arguments), {})


def test_every_operation_is_fit_to_be_offered_and_every_write_has_its_judge() -> None:
    assert list(problems_of(connector("bill"))) == []


def test_every_operations_schema_is_one_of_2020_12() -> None:
    for operation in catalogue("bill").operations.values():
        Draft202012Validator.check_schema(operation.input_schema)


def test_no_operation_shows_a_credential() -> None:
    shown = {
        name for operation in catalogue("bill").operations.values() for name in _names(operation.input_schema)
    }

    assert not shown & {"devKey", "sessionId", "password", "organizationId", "entity", "processingOptions"}


def _names(schema: dict) -> set[str]:
    return set(schema.get("properties", {}))


def test_a_customer_is_nested_where_people_see_it_flat() -> None:
    built = request("bill_create_invoice", customerId="0cu1", invoiceLineItems=LINES, dueDate="2026-12-31")

    assert json.loads(built.body) == {
        "customer": {"id": "0cu1"},
        "dueDate": "2026-12-31",
        "invoiceLineItems": [{"quantity": 2, "price": 12.5}],
        "processingOptions": {"sendEmail": False},
    }
    assert '"price":12.50' in built.body


def test_an_invoice_can_wait_for_the_customer_of_an_earlier_step() -> None:
    customer = {"$ref": {"step": 1, "result": "id"}}
    built = request("bill_create_invoice", customerId=customer, invoiceLineItems=LINES)

    assert holes(built) == ("step1.id",)
    assert json.loads(fill(built, {"step1.id": "0cu9"}).body)["customer"] == {"id": "0cu9"}


def test_a_contact_of_an_earlier_steps_customer_has_the_hole_in_its_path() -> None:
    customer = {"$ref": {"step": 1, "result": "id"}}
    built = request("bill_create_customer_contact", customerId=customer, email="ana@acme.example")

    assert built.path == "/connect/v3/customers/{{step1.id}}/contacts"


def test_conditions_of_a_list_become_one_filter() -> None:
    built = request("bill_list_customers", archived=False, nameStartsWith="Marsh, V", ids=["0cu1", "0cu2"])

    query = parse_qs(built.query)
    assert query["filters"] == ['archived:eq:false,name:sw:"Marsh, V",id:in:"0cu1,0cu2"']
    assert query["sort"] == ["createdTime:asc"]


def test_a_bill_nests_its_number_and_not_its_due_date() -> None:
    built = request(
        "bill_create_bill",
        vendorId="0091",
        dueDate="2026-12-31",
        invoiceNumber="NP-1",
        invoiceDate="2026-12-01",
        billLineItems=[{"amount": "228.99"}],
    )

    assert json.loads(built.body) == {
        "vendorId": "0091",
        "dueDate": "2026-12-31",
        "billLineItems": [{"amount": 228.99}],
        "invoice": {"invoiceNumber": "NP-1", "invoiceDate": "2026-12-01"},
    }


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("bill_create_customer", {"name": "Acme"}),
        ("bill_create_customer", {"name": "Acme", "email": "acme"}),
        ("bill_create_customer", {"name": "Acme", "email": "a@b.co", "billingAddress": {"country": "USA"}}),
        ("bill_create_vendor", {"name": "X", "address": ADDRESS | {"country": "usa"}}),
        ("bill_create_invoice", {"customerId": "0cu1", "invoiceLineItems": []}),
        (
            "bill_create_invoice",
            {"customerId": "0cu1", "invoiceLineItems": [{"quantity": 1, "price": "ten"}]},
        ),
        ("bill_create_invoice", {"customerId": "0cu1", "invoiceLineItems": [{"quantity": 1, "price": 0.1}]}),
        ("bill_create_invoice", {"customerId": "0cu1", "invoiceLineItems": LINES, "invoiceNumber": "A,1"}),
        ("bill_create_customer", {"name": "A", "email": "a@b.co", "invoiceCurrency": "euro"}),
    ],
)
def test_what_bill_would_refuse_is_not_asked(name: str, arguments: dict) -> None:
    with pytest.raises(ArgumentsError):
        find_operation(name).arguments(arguments)
