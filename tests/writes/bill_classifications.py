"""Writes to BILL about what amounts are filed under: ten operations a family, all alike."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.writes.world import TEXT, World

NAMED = {"name": TEXT, "shortName": "<i>", "description": "{devKey}"}
FAMILIES = {
    ("accounting_class", "accounting_classes", "accountingClasses"): NAMED,
    ("department", "departments", "departments"): NAMED,
    ("job", "jobs", "jobs"): NAMED,
    ("location", "locations", "locations"): NAMED,
    ("employee", "employees", "employees"): {"firstName": TEXT, "lastName": "O\u2019Neil"},
    ("item", "items", "items"): {"type": "SERVICE", "name": TEXT, "price": "12.5000", "taxable": False},
    ("chart_of_account", "chart_of_accounts", "chartOfAccounts"): {
        "name": TEXT,
        "accountType": "EXPENSE",
        "accountNumber": "1-020",
    },
}


def cases(world: World) -> dict[str, Callable[[], dict[str, Any]]]:
    return {
        name: case
        for (thing, plural, several), given in FAMILIES.items()
        for name, case in family(world, thing, plural, several, given)
    }


def family(
    world: World, thing: str, plural: str, several: str, given: dict[str, Any]
) -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    head, *rest = thing.split("_")
    key = head + "".join(map(str.capitalize, rest)) + "Id"

    def ids(*, archived: bool = False) -> list[str]:
        return world.ids(f"bill_list_{plural}", archived=archived)

    yield f"bill_create_{thing}", lambda: given | {"parentId": ids()[0]}
    yield f"bill_update_{thing}", lambda: {key: ids()[0]} | given
    yield f"bill_archive_{thing}", lambda: {key: ids()[0]}
    yield f"bill_restore_{thing}", lambda: {key: ids(archived=True)[0]}
    yield f"bill_create_{plural}_bulk", lambda: {several: [given, given | {"parentId": ids()[0]}]}
    yield f"bill_update_{plural}_bulk", lambda: {several: [{key: one} | given for one in ids()[:2]]}
    yield f"bill_archive_{plural}_bulk", lambda: {"ids": ids()[:2]}
    yield f"bill_restore_{plural}_bulk", lambda: {"ids": ids(archived=True)}
