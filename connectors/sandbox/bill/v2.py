"""BILL v2 under /api/v2: form fields in, HTTP 200 and an envelope out, whatever happened."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox.bill import rules, sessions
from connectors.sandbox.bill.endpoint import BillEndpoint, parse_form, v2_credentials, v2_denial
from connectors.sandbox.bill.errors import TEXTS, Refusal, refusal, v2_body
from connectors.sandbox.bill.resource import Record
from connectors.sandbox.bill.v2_entities import ENTITIES, Entity, v2_time
from connectors.sandbox.books import Books
from connectors.sandbox.core import Core
from connectors.sandbox.endpoint import Call, Outcome, Work

MOST = 999
MOST_AT_ONCE = 100
ACTIVE = {"1": "restore", "2": "archive"}  # how isActive is spelled
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "in": lambda left, right: left in right.split(","),
    "nin": lambda left, right: left not in right.split(","),
    "sw": lambda left, right: left.startswith(right),
}


def routes(core: Core, gate: sessions.Gate) -> list[Route]:
    def route(name: str, operation: str, work: Work, *, writes: bool, **options: Any) -> Route:
        settings = {"credentials": v2_credentials} | options
        endpoint = BillEndpoint(core, operation, work, gate=gate, denial=v2_denial, writes=writes, **settings)
        return Route(f"/api/v2/{name}", endpoint, methods=["POST"])

    return [
        route("Login.json", "v2_login", _log_in, writes=True, ledgered=False, credentials=None),
        route("Logout.json", "v2_logout", _log_out, writes=True, ledgered=False),
        route("ListOrgs.json", "v2_list_orgs", _list_organizations, writes=False, credentials=None),
        route("GetSessionInfo.json", "v2_get_session_info", _session_info, writes=False),
        route("MFAStatus.json", "v2_get_mfa_status", _mfa_status, writes=False),
        route("GetEntityMetadata.json", "v2_get_entity_metadata", _metadata, writes=False),
        route("CurrentTime.json", "v2_get_current_time", _current_time, writes=False),
        route("Errors.json", "v2_list_errors", _errors, writes=False, credentials=None),
        *(
            route(path, operation, work, writes=not operation.startswith(("v2_read", "v2_list")))
            for entity in ENTITIES
            for path, operation, work in _ways(entity)
        ),
        route("{rest:path}", "unknown", _unknown_path, writes=False, credentials=None),
    ]


def _ways(entity: Entity) -> list[tuple[str, str, Work]]:
    thing = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", entity.name).lower()
    found = []
    for verb in entity.verbs.split():
        bulk, _, single = verb.rpartition("/")
        path = f"List/{entity.name}.json" if verb == "List" else f"{bulk}/Crud/{single}/{entity.name}.json"
        name = (
            f"{single.lower()}_{thing}" + ("s" if bulk or verb == "List" else "") + ("_bulk" if bulk else "")
        )
        found.append(
            (path.lstrip("/"), f"v2_{name}", _bound(_several if bulk else _WORKS[single], entity, single))
        )
    return found


def _bound(work: Callable[[Entity, str, Books, Call], Any], entity: Entity, verb: str) -> Work:
    return lambda books, call: work(entity, verb, books, call)


def _log_in(books: Books, call: Call) -> Response:
    form = parse_form(call)
    for name in ("userName", "password", "orgId", "devKey"):
        if not form.get(name):
            raise refusal(200, "BDC_1108", name)
    session = sessions.sign_in(
        books,
        username=form["userName"],
        password=form["password"],
        dev_key=form["devKey"],
        organization=form["orgId"],
    )
    host = call.headers.get("host", "localhost")
    return _success(
        {
            "sessionId": session["sessionId"],
            "orgId": session["organizationId"],
            "apiEndPoint": f"http://{host}/bill/api/v2",
            "usersId": session["userId"],
        }
    )


def _log_out(books: Books, call: Call) -> Response:
    sessions.sign_out(books, parse_form(call)["sessionId"])
    return _success({})


def _list_organizations(books: Books, call: Call) -> Response:
    """Whoever knows user name and password, without a session."""
    form = parse_form(call)
    organization = books.get("organization", sessions.ORGANIZATION) or {}
    if form.get("devKey") != sessions.DEV_KEY:
        raise refusal(200, "BDC_1102")
    if (form.get("userName"), form.get("password")) != (sessions.USERNAME, sessions.PASSWORD):
        raise refusal(200, "BDC_1101")
    return _success([{"orgId": organization["id"], "orgName": organization["name"]}])


def _session_info(_books: Books, _call: Call) -> Response:
    return _success({"organizationId": sessions.ORGANIZATION, "userId": sessions.USER_ID})


def _mfa_status(books: Books, call: Call) -> Response:
    session = books.get("session", parse_form(call)["sessionId"]) or {}
    return _success({"mfaStatus": "COMPLETE" if session.get("trusted") else "DISABLED"})


def _metadata(books: Books, call: Call) -> Response:
    """What is told of a field is not documented."""
    text = parse_form(call).get("data")
    wanted = _data(call).get("entity") if text else None
    known = {entity.name: entity for entity in ENTITIES}
    for name in wanted or ():
        if name not in known:
            raise refusal(200, "BDC_1114", str(name))
    return _success({name: {"fields": _fields_of(books, known[name])} for name in wanted or known})


def _fields_of(books: Books, entity: Entity) -> Record:
    first = books.find(entity.resource.kind, limit=1)
    shown = entity.as_shown(books, first[0]) if first else {}
    types = {bool: "boolean", int: "number", float: "number"}
    return {
        name: {
            "type": types.get(type(value), "string"),
            "isRequired": name in entity.required,
            "isReadOnly": name in ("id", "createdTime", "updatedTime"),
            "isFilterable": True,
        }
        for name, value in shown.items()
    }


def _current_time(books: Books, _call: Call) -> Response:
    return _success({"currentTime": v2_time(books.now.isoformat(timespec="milliseconds"))})


def _errors(_books: Books, _call: Call) -> Response:
    return _success(dict(TEXTS))


def _read(entity: Entity, _verb: str, books: Books, call: Call) -> Response:
    """One that was deleted is there still, and no longer active."""
    return _success(entity.as_shown(books, _existing(entity, books, _data(call))))


def _existing(entity: Entity, books: Books, data: Mapping[str, Any]) -> Record:
    key = data.get("id")
    record = books.get(entity.resource.kind, str(key)) if key else None
    if record is None:
        raise refusal(200, "BDC_1120")
    return record


def _list(entity: Entity, _verb: str, books: Books, call: Call) -> Response:
    """A bare array. `max` above 999 is cut to 999; what is not active is in it unless filtered out."""
    data = _data(call)
    start, most = _whole(data, "start", 0), min(_whole(data, "max", MOST), MOST)
    found = books.find(entity.resource.kind, newest_first=False)
    rows = [entity.as_shown(books, row) for row in found]
    for item in data.get("filters") or []:
        rows = [row for row in rows if _holds(row, item)]
    for order in reversed(data.get("sort") or []):
        field = order.get("field")
        if rows and field not in rows[0]:
            raise refusal(200, "BDC_1130", str(field))
        rows.sort(key=lambda row: str(row[field] or ""), reverse=order.get("asc") == "false")  # noqa: B023
    return _success(rows[start : start + most])


def _holds(row: Record, item: Any) -> bool:
    field = item.get("field") if isinstance(item, dict) else None
    if field not in row:
        raise refusal(200, "BDC_1130", str(field))
    if item.get("op") not in _OPERATORS:
        raise refusal(200, "BDC_1131", str(item.get("op")))
    actual, wanted = row[field], item.get("value")
    if isinstance(actual, int | float) and not isinstance(actual, bool):
        return _OPERATORS[item["op"]](Decimal(str(actual)), rules.decimal(wanted))
    return _OPERATORS[item["op"]](str(actual or ""), str(wanted))


def _write(entity: Entity, verb: str, books: Books, call: Call) -> Outcome:
    return _changed(entity, books, _carry_out(entity, verb, books, _data(call)))


def _changed(entity: Entity, books: Books, record: Record) -> Outcome:
    return Outcome(_success(entity.as_shown(books, record)), record=record["id"])


def _carry_out(entity: Entity, verb: str, books: Books, data: Mapping[str, Any]) -> Record:
    """One write; Update lays what is given over what is there."""
    if verb in ("Delete", "Undelete"):
        shelving = "archive" if verb == "Delete" else "restore"
        return entity.resource.shelve(books, shelving, _existing(entity, books, data))
    given = data.get("obj")
    if not isinstance(given, dict):
        raise refusal(200, "BDC_1117", "obj")
    if given.get("entity") != entity.name:
        raise refusal(200, "BDC_1118", entity.name, str(given.get("entity")))
    for name in entity.required:
        if not isinstance(given.get(name), str) or not given[name].strip():
            raise refusal(200, "BDC_1117", name)
    if entity.agrees and data.get("agreedWithTOS") is not True:
        raise refusal(200, "BDC_1117", "agreedWithTOS")
    if (active := given.get("isActive")) not in (None, *ACTIVE):
        raise refusal(200, "BDC_1119", "isActive", str(active))
    told = entity.as_given(given)
    if verb == "Update":
        record = entity.resource.change(books, "update", _existing(entity, books, given), told)
        return entity.resource.shelve(books, ACTIVE[active], record) if active else record
    owner = entity.resource.owner_field
    if owner and books.get(entity.resource.owner, given[owner]) is None:
        raise refusal(200, "BDC_1120")
    return entity.resource.create(books, told, {owner: given[owner]} if owner else {})


def _several(entity: Entity, verb: str, books: Books, call: Call) -> Outcome:
    """Each by itself: what is refused of one is told in its place, and keeps none of the others away."""
    members = _data(call).get("bulk")
    if not isinstance(members, list) or not 1 <= len(members) <= MOST_AT_ONCE:
        raise refusal(200, "BDC_1129", "bulk", str(members)[:40])
    answers, made = [], []
    for member in members:
        try:
            record = _carry_out(entity, verb, books, member if isinstance(member, dict) else {})
        except Refusal as no:
            answers.append(v2_body(no))
            continue
        made.append(record["id"])
        answers.append(_envelope(entity.as_shown(books, record)))
    return Outcome(_success({"bulk": answers}), record=",".join(made), took=bool(made))


_WORKS: Mapping[str, Callable[[Entity, str, Books, Call], Any]] = {
    "Read": _read,
    "List": _list,
    "Create": _write,
    "Update": _write,
    "Delete": _write,
    "Undelete": _write,
}


def _data(call: Call) -> Record:
    text = parse_form(call).get("data")
    if text is None:
        raise refusal(200, "BDC_1108", "data")
    try:
        data = json.loads(text, parse_float=Decimal)
    except ValueError:
        raise refusal(200, "BDC_1122") from None
    if not isinstance(data, dict):
        raise refusal(200, "BDC_1122")
    return data


def _whole(data: Mapping[str, Any], name: str, default: int) -> int:
    value = data.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise refusal(200, "BDC_1129", name, str(value))
    return value


def _envelope(shown: Any) -> Record:
    return {"response_status": 0, "response_message": "Success", "response_data": shown}


def _success(shown: Any) -> Response:
    return JSONResponse(_envelope(shown))


def _unknown_path(_books: Books, _call: Call) -> Response:
    raise refusal(200, "BDC_1121")
