"""Custom fields of Spend & Expense, which tell what a purchase was for, and the values to choose from."""

import random
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import lists
from connectors.sandbox.bill.errors import invalid, refusal, v3_time
from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.resource import Change, Record
from connectors.sandbox.bill.spending import SpendResource, found, in_use, spend_way
from connectors.sandbox.bill.ways import parsed
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

VALUE = SpendResource(
    kind="spend custom field value", prefix="spv", path="", verbs="", fields=(Field("value"),)
)


def follow_field(books: Books, change: Change) -> None:
    if change.verb == "create":
        _add_values(books, change.record, change.given.get("values") or [])


def shown_field(_books: Books, one: Record) -> Record:
    return {name: value for name, value in one.items() if name not in ("values", "updatedTime")}


FIELD = SpendResource(
    kind="spend custom field",
    prefix="spf",
    path="/spend/custom-fields",
    verbs="list get create update delete",
    fields=(
        Field("name", required=True),
        Field("allowCustomValues", "boolean", required=True),
        Field("global", "boolean", required=True),
        Field("values", "texts"),
        Field("description", longest=4000),
        Field("multiSelect", "boolean", default=False),
        Field("minimumAmountForRequirement", "number"),
        Field("required", "boolean", required=True),
        Field("selectedBudgetIds", "texts"),
        Field("requiredBudgetIds", "texts"),
    ),
    named={"customFieldIds": "id"},
    follow=follow_field,
    shape=shown_field,
)
RESOURCES = (FIELD,)


def _add_values(books: Books, one: Record, values: list[Any]) -> list[Record]:
    there = {row["value"] for row in books.find(VALUE.kind, owner=one["id"], where={"archived": False})}
    made = []
    for value in dict.fromkeys(values):
        if value not in there:
            fields = {"value": value, "customFieldId": one["id"]}
            made.append(VALUE.put(books, fields, made=books.now, owner=one["id"]))
    return made


def _shown_value(value: Record) -> Record:
    return {name: value[name] for name in ("id", "uuid", "value")} | {"deleted": value["archived"]}


def _list_values(books: Books, call: Call) -> Response:
    one = found(books, FIELD.kind, call.parts["id"])
    query = dict(parse_qsl(call.query))
    if token := query.get("nextPage") or query.get("prevPage"):
        query["page"] = token
    query["filters"] = query.get("filters", "").replace("retired:", "archived:")
    rows, tokens = lists.page(books, VALUE.kind, query, owner=one["id"], known=lists.ALWAYS)
    return JSONResponse({**tokens, "results": list(map(_shown_value, rows))})


def _get_value(books: Books, call: Call) -> Response:
    return JSONResponse(_shown_value(_value(books, call, call.parts["value"])))


def _value(books: Books, call: Call, key: Any) -> Record:
    one, value = found(books, FIELD.kind, call.parts["id"]), found(books, VALUE.kind, key)
    if value["customFieldId"] != one["id"]:
        raise refusal(404, "BDC_1205", str(key))
    return value


def _create_values(books: Books, call: Call) -> Outcome:
    """The documented answer is one value, however many are made: the last."""
    one, values = in_use(books, FIELD.kind, call.parts["id"]), parsed(call.body).get("values")
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise invalid("values: must be a list of strings")
    made = _add_values(books, one, values)
    if not made:
        raise refusal(422, "BDC_1119", "values", ", ".join(values))
    return Outcome(JSONResponse(_shown_value(made[-1])), record=one["id"])


def _delete_values(books: Books, call: Call) -> Outcome:
    keys = parsed(call.body).get("customFieldValueIds")
    if not isinstance(keys, list) or not keys:
        raise invalid("customFieldValueIds: must not be empty")
    for value in [_value(books, call, key) for key in keys]:
        gone = value | {"archived": True, "updatedTime": v3_time(books.now)}
        books.put(VALUE.kind, value["id"], gone)
    return Outcome(Response(status_code=200), record=call.parts["id"])


VALUES = "/spend/custom-fields/{id}/values"
WAYS = (
    spend_way("GET", VALUES, "list_spend_custom_field_values", _list_values),
    spend_way("POST", VALUES, "create_spend_custom_field_values", _create_values),
    spend_way("DELETE", VALUES, "delete_spend_custom_field_values", _delete_values),
    spend_way("GET", VALUES + "/{value}", "get_spend_custom_field_value", _get_value),
)


def seed(books: Books, chance: random.Random, _customers: int) -> None:
    fields = (("Project", ("Apollo", "Borealis", "Cascade")), ("Trip", ("Berlin", "Denver")))
    for name, values in fields:
        given = {"name": name, "allowCustomValues": name == "Trip", "global": True, "required": False}
        one = FIELD.put(
            books, {**given, "description": f"Which {name.lower()}"}, made=books.now - timedelta(120)
        )
        _add_values(books, one, list(values))
