"""What amounts are filed under: seven families of names, all alike."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from connectors.sandbox.bill import names
from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.lists import SAME
from connectors.sandbox.bill.resource import Resource
from connectors.sandbox.books import Books

EVERYTHING = "list get create update archive restore create_bulk update_bulk archive_bulk restore_bulk"
NAME = frozenset({"eq", "sw"})


def family(kind: str, prefix: str, path: str, bulk_key: str, *fields: Field, plural: str = "") -> Resource:
    """A parent is of the same family."""
    return Resource(
        kind=kind,
        prefix=prefix,
        path=f"/classifications/{path}",
        verbs=EVERYTHING,
        plural=plural,
        fields=(*fields, Field("parentId", to=kind)),
        filters={"name": NAME, "parentId": SAME},
        bulk_key=bulk_key,
    )


NAMED = (
    Field("name", required=True, longest=100),
    Field("shortName", longest=100),
    Field("description", longest=4000),
)
# Samples show some of the types of items; the others are those of the older interface.
ITEM_TYPES = (
    *("SERVICE", "INVENTORY", "NON_INVENTORY", "PAYMENT", "DISCOUNT", "SALES_TAX", "SUBTOTAL"),
    *("OTHER_CHARGE", "INVENTORY_ASSEMBLY", "SALES_TAX_GROUP", "FIXED_ASSET", "UNSPECIFIED"),
)
ACCOUNT_TYPES = (
    *("ACCOUNTS_PAYABLE", "ACCOUNTS_RECEIVABLE", "BANK", "COST_OF_GOODS_SOLD", "CREDIT_CARD", "EQUITY"),
    *("EXPENSE", "FIXED_ASSET", "INCOME", "LONG_TERM_LIABILITY", "OTHER_ASSET", "OTHER_CURRENT_ASSET"),
    *("OTHER_CURRENT_LIABILITY", "OTHER_EXPENSE", "OTHER_INCOME", "NON_POSTING", "UNSPECIFIED"),
)
EMPLOYEE = (
    Field("firstName", longest=100),
    Field("lastName", longest=100),
    Field("shortName", longest=100),
)
ITEM = (
    Field("type", required=True, one_of=ITEM_TYPES),
    *NAMED,
    Field("price", "number"),
    Field("percentage", "number"),
    Field("taxable", "boolean"),
    Field("chartOfAccountId", to="chart of account"),
    Field("expenseChartOfAccountId", to="chart of account"),
    Field("purchaseDescription", longest=4000),
    Field("purchaseCost", "number"),
)
ACCOUNT = (
    Field("name", required=True, longest=100),
    Field("description", longest=4000),
    Field("account", "object", parts=(Field("type", one_of=ACCOUNT_TYPES), Field("number", longest=40))),
)
# Nothing is required of a class, a job, a location or an employee.
UNNAMED = (replace(NAMED[0], required=False), *NAMED[1:])
RESOURCES = (
    family(
        "accounting class",
        "cls",
        "accounting-classes",
        "accountingClasses",
        *UNNAMED,
        plural="accounting_classes",
    ),
    family("department", "0de", "departments", "departments", *NAMED),
    family("job", "0jo", "jobs", "jobs", *UNNAMED),
    family("location", "loc", "locations", "locations", *UNNAMED),
    family("employee", "0em", "employees", "employees", *EMPLOYEE),
    family("item", "0ii", "items", "items", *ITEM),
    family("chart of account", "0ca", "chart-of-accounts", "chartOfAccounts", *ACCOUNT),
)

BY_KIND = {resource.kind: resource for resource in RESOURCES}
BEGUN = timedelta(days=1_200)  # so long ago the books were set up
# Names in the order of their making; the last of each is archived.
SIMPLE = {
    "accounting class": ("Overhead", "Cost of sales", "Research", "Fair 2023"),
    "department": ("Sales", "Operations", "Engineering", "Finance", "Marketing", "Field service"),
    "job": ("Website relaunch", "Warehouse move", "ERP roll-out", "Audit 2024"),
    "location": ("Oakland", "Denver", "Hamburg", "Leeds"),
}
ACCOUNTS = (
    ("Checking", "BANK", "1-010"),
    ("Accounts receivable", "ACCOUNTS_RECEIVABLE", "1-200"),
    ("Prepaid expenses", "OTHER_CURRENT_ASSET", "1-400"),
    ("Accounts payable", "ACCOUNTS_PAYABLE", "2-000"),
    ("Subscription income", "INCOME", "4-000"),
    ("Services income", "INCOME", "4-100"),
    ("Office expenses", "EXPENSE", "6-100"),
    ("Software and hosting", "EXPENSE", "6-200"),
    ("Professional fees", "EXPENSE", "6-300"),
    ("Old suspense account", "OTHER_EXPENSE", "9-900"),
)
ITEMS = (
    ("Platform subscription", "SERVICE", "499.00"),
    ("Implementation day", "SERVICE", "1250.00"),
    ("Training day", "SERVICE", "980.00"),
    ("State sales tax", "SALES_TAX", None),
    ("Starter kit", "INVENTORY", "129.90"),
    ("Fax support", "OTHER_CHARGE", "15.00"),
)

SEEDS_AFTER = ()


def seed(books: Books, chance: random.Random, _customers: int) -> None:
    """The last of each family is archived."""

    def put(kind: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        made = [books.now - BEGUN + timedelta(days=turn) for turn in range(len(rows))]
        last = len(rows) - 1
        return [
            BY_KIND[kind].put(books, row, made=made[turn], archived=turn == last)
            for turn, row in enumerate(rows)
        ]

    for kind, words in SIMPLE.items():
        put(kind, [{"name": word, "shortName": word[:3].upper()} for word in words])
    accounts = put(
        "chart of account",
        [{"name": name, "account": {"type": type, "number": number}} for name, type, number in ACCOUNTS],
    )
    income = [row["id"] for row in accounts if row["account"]["type"] == "INCOME"]
    put(
        "item", [_item(name, type, price, income[turn % 2]) for turn, (name, type, price) in enumerate(ITEMS)]
    )
    put("employee", [names.person(chance) for _ in range(6)])


def _item(name: str, type: str, price: str | None, account: str) -> dict[str, Any]:
    if price is None:
        return {"name": name, "type": type, "percentage": "7.25"}
    return {
        "name": name,
        "type": type,
        "price": price,
        "taxable": type == "INVENTORY",
        "chartOfAccountId": account,
    }
