"""Seven families of names, ten operations each, all alike."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.client import SandboxControl
from connectors.transport import Client
from tests.connectors.bill_account import reader
from tests.connectors.bill_requests import Row, check

PLACE = "/classifications"
SINCE = "2026-01-05T09:00:00+00:00"
SINCE_SENT = "%222026-01-05T09%3A00%3A00%2B00%3A00%22"
NAMED = (
    {"name": "Legal", "shortName": "L", "description": "Law"},
    '"name":"Legal","shortName":"L","description":"Law"',
)
ITEM = {
    "type": "SERVICE",
    "name": "Legal",
    "price": "12.50",
    "percentage": "3.25",
    "taxable": True,
    "chartOfAccountId": "<chart_of_account>",
    "expenseChartOfAccountId": "<chart_of_account>",
    "purchaseDescription": "Bought",
    "purchaseCost": "9.99",
}
ITEM_SENT = (
    '"type":"SERVICE","name":"Legal","price":12.50,"percentage":3.25,"taxable":true,'
    '"chartOfAccountId":"<chart_of_account>","expenseChartOfAccountId":"<chart_of_account>",'
    '"purchaseDescription":"Bought","purchaseCost":9.99'
)
ACCOUNT = {"name": "Legal", "accountType": "EXPENSE", "accountNumber": "1-020"}
ACCOUNT_SENT = '"name":"Legal","account":{"type":"EXPENSE","number":"1-020"}'
PERSON = ({"firstName": "Ines", "lastName": "Costa"}, '"firstName":"Ines","lastName":"Costa"')
# Thing, things, path and the array's name; what is given, and how it is sent.
FAMILIES = {
    ("accounting_class", "accounting_classes", "accounting-classes", "accountingClasses"): NAMED,
    ("department", "departments", "departments", "departments"): NAMED,
    ("job", "jobs", "jobs", "jobs"): NAMED,
    ("location", "locations", "locations", "locations"): NAMED,
    ("employee", "employees", "employees", "employees"): PERSON,
    ("item", "items", "items", "items"): (ITEM, ITEM_SENT),
    ("chart_of_account", "chart_of_accounts", "chart-of-accounts", "chartOfAccounts"): (
        ACCOUNT,
        ACCOUNT_SENT,
    ),
}


def rows(names: tuple[str, str, str, str], given: dict[str, Any], sent: str) -> Iterator[Row]:
    thing, things, path, array = names
    head, *rest = thing.split("_")
    key, place = head + "".join(map(str.capitalize, rest)) + "Id", f"{PLACE}/{path}"
    one, other, archived = f"<{thing}>", f"<{thing} 2>", f"<{thing} archived>"
    inside = f'{{{sent},"parentId":"{one}"}}'
    changed, also = f'{{{sent},"id":"{one}"}}', f'{{{sent},"id":"{other}"}}'
    filters = f"archived%3Aeq%3Afalse%2Cid%3Ain%3A%22{one}%2C{other}%22%2CcreatedTime%3Agte%3A{SINCE_SENT}"
    asked = {"archived": False, "ids": [one, other], "createdSince": SINCE, "updatedSince": SINCE}
    yield Row(
        f"bill_list_{things}",
        asked,
        "GET",
        place,
        f"sort=createdTime%3Aasc&filters={filters}%2CupdatedTime%3Agte%3A{SINCE_SENT}",
    )
    yield Row(f"bill_get_{thing}", {key: one}, "GET", f"{place}/{one}")
    yield Row(f"bill_create_{thing}", given | {"parentId": one}, "POST", place, "", inside)
    yield Row(f"bill_update_{thing}", given | {key: one}, "PATCH", f"{place}/{one}", "", f"{{{sent}}}")
    yield Row(f"bill_archive_{thing}", {key: one}, "POST", f"{place}/{one}/archive")
    yield Row(f"bill_restore_{thing}", {key: one}, "POST", f"{place}/{one}/restore")
    yield Row(
        f"bill_create_{things}_bulk",
        {array: [given, given | {"parentId": one}]},
        "POST",
        f"{place}/bulk",
        "",
        f"[{{{sent}}},{inside}]",
    )
    yield Row(
        f"bill_update_{things}_bulk",
        {array: [given | {key: one}, given | {key: other}]},
        "PATCH",
        f"{place}/bulk",
        "",
        f"[{changed},{also}]",
    )
    several = {"ids": [one, other]}
    yield Row(f"bill_archive_{things}_bulk", several, "POST", f"{place}/bulk/archive", f"ids={one}%2C{other}")
    yield Row(
        f"bill_restore_{things}_bulk", {"ids": [archived]}, "POST", f"{place}/bulk/restore", f"ids={archived}"
    )


SENT = [row for names, (given, sent) in FAMILIES.items() for row in rows(names, given, sent)]


@pytest.fixture(scope="module")
def ids(line: Client) -> dict[str, str]:
    found, ask = {}, reader(line)
    for thing, things, *_ in FAMILIES:
        in_use = ask(f"bill_list_{things}", {"archived": False})
        archived = ask(f"bill_list_{things}", {"archived": True})
        found |= {
            thing: in_use[0]["id"],
            f"{thing} 2": in_use[1]["id"],
            f"{thing} archived": archived[0]["id"],
        }
    return found


@pytest.mark.parametrize("row", SENT, ids=str)
def test_what_is_sent_is_what_bill_documents_and_is_taken(
    line: Client, books: SandboxControl, ids: dict[str, str], row: Row
) -> None:
    check(line, books, row, ids)
