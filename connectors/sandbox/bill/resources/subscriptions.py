"""Who is told of events: subscriptions, their keys, and the history of what was sent."""

import secrets
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import lists
from connectors.sandbox.bill.errors import Complaint, Refusal, invalid, refusal, v3_time
from connectors.sandbox.bill.resource import Record
from connectors.sandbox.bill.sessions import ORGANIZATION
from connectors.sandbox.bill.spending import TOKEN
from connectors.sandbox.bill.ways import Way, existing, parsed
from connectors.sandbox.bill.webhooks import CATALOG, KEPT, VERSION, notification_key, notify
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

MOST = 10
SPENDING = "spend"
KEY = "x-idempotent-key"
LOCAL = ("127.0.0.1", "localhost", "testserver")  # which BILL would never reach


def shown(subscription: Record) -> Record:
    return {name: value for name, value in subscription.items() if name not in ("securityKey", "side")}


def _side(call: Call) -> str:
    """Subscriptions to Spend & Expense are asked for with its token, and are apart from all others."""
    return SPENDING if f"/{SPENDING}/" in call.path else ""


def _asked(books: Books, call: Call) -> Record:
    subscription = existing(books, "subscription", call.parts["id"])
    if subscription.get("side", "") != _side(call):
        raise refusal(404, "BDC_1205", call.parts["id"])
    return subscription


def _checked(given: Any, side: str, *, whole: bool) -> None:
    if not isinstance(given, dict):
        raise invalid("Required request body is not a JSON object")
    wrong = []
    for name in ("name", "events", "notificationUrl") if whole else ():
        if not given.get(name):
            wrong.append(f"{name}: must not be null")
    for at, one in enumerate(given.get("events") or ()):
        if not isinstance(one, dict) or one.get("type") not in CATALOG:
            wrong.append(f"events[{at}].type: is not in the catalog")
        elif one["type"].startswith(f"{SPENDING}.") != bool(side):
            wrong.append(f"events[{at}].type: is told by another kind of subscription")
        elif one.get("version") != VERSION:
            wrong.append(f"events[{at}].version: must be {VERSION}")
    url = given.get("notificationUrl")
    if url is not None:
        parts = urlsplit(str(url))
        if parts.scheme != "https" and parts.hostname not in LOCAL:
            wrong.append("notificationUrl: must be an https address")
    if wrong:
        raise invalid(*wrong)


def _refuse_a_second(books: Books, wanted: Record) -> None:
    """No two with the same events and the same address."""
    types = {one["type"] for one in wanted["events"]}
    for other in books.find("subscription"):
        same = {one["type"] for one in other["events"]} == types
        if other["id"] != wanted["id"] and same and other["notificationUrl"] == wanted["notificationUrl"]:
            raise Refusal(409, Complaint("A subscription with these events and this address exists."))


def _once(books: Books, call: Call) -> Record | None:
    """What the same key was answered before. Raises Refusal for no key, or one of another request."""
    key = call.headers.get(KEY, "")
    try:
        UUID(key, version=4)
    except ValueError:
        raise invalid("X-Idempotent-Key: must be a UUID") from None
    earlier = books.get("idempotent answer", key)
    if earlier and earlier["asked"] != [call.path, call.body]:
        raise Refusal(409, Complaint("X-Idempotent-Key was used for another request."))
    return earlier


def _keep(books: Books, call: Call, answer: Record, record: str) -> Outcome:
    kept = {"asked": [call.path, call.body], "answer": answer, "record": record}
    books.put("idempotent answer", call.headers[KEY], kept)
    return Outcome(JSONResponse(answer), record=record)


def _create(books: Books, call: Call) -> Outcome:
    if earlier := _once(books, call):
        return Outcome(JSONResponse(earlier["answer"]), record=earlier["record"], took=False)
    given = parsed(call.body)
    _checked(given, _side(call), whole=True)
    if books.count("subscription") >= MOST:
        raise Refusal(400, Complaint(f"An organization has at most {MOST} subscriptions."))
    now = v3_time(books.now)
    record = {
        "id": str(uuid4()),
        "name": given["name"],
        "organizationId": ORGANIZATION,
        "status": {"enabled": (given.get("status") or {}).get("enabled", True)},
        "events": given["events"],
        "notificationUrl": given["notificationUrl"],
        "createdTime": now,
        "updatedTime": now,
    }
    _refuse_a_second(books, record)
    key = secrets.token_urlsafe(32)
    kept = record | {"securityKey": key, "side": _side(call)}
    books.put("subscription", record["id"], kept, owner=_side(call))
    return _keep(books, call, record | {"securityKey": key}, record["id"])


def _create_key(books: Books, call: Call) -> Outcome:
    if earlier := _once(books, call):
        return Outcome(JSONResponse(earlier["answer"]), record=earlier["record"], took=False)
    subscription = _asked(books, call)
    key, now = secrets.token_urlsafe(32), v3_time(books.now)
    books.put("subscription", subscription["id"], subscription | {"securityKey": key, "updatedTime": now})
    return _keep(books, call, {"securityKey": key}, subscription["id"])


def _change(books: Books, call: Call, *, whole: bool = False) -> Outcome:
    subscription, given = _asked(books, call), parsed(call.body)
    _checked(given, _side(call), whole=whole)
    names = (
        ("name", "status", "events", "notificationUrl") if whole else ("name", "status", "notificationUrl")
    )
    changed = {name: given[name] for name in names if given.get(name) is not None}
    record = subscription | changed | {"updatedTime": v3_time(books.now)}
    _refuse_a_second(books, record)
    books.put("subscription", record["id"], record)
    return Outcome(JSONResponse(shown(record)), record=record["id"])


def _replace(books: Books, call: Call) -> Outcome:
    return _change(books, call, whole=True)


def _delete(books: Books, call: Call) -> Outcome:
    subscription = _asked(books, call)
    books.remove("subscription", subscription["id"])
    return Outcome(Response(status_code=200), record=subscription["id"])


def _list(books: Books, call: Call) -> Response:
    rows, tokens = lists.page(books, "subscription", dict(parse_qsl(call.query)), owner=_side(call), known={})
    tokens.pop("prevPage", None)
    return JSONResponse({**tokens, "results": list(map(shown, rows))})


def _get(books: Books, call: Call) -> Response:
    return JSONResponse(shown(_asked(books, call)))


def _catalog(_books: Books, _call: Call) -> Response:
    return JSONResponse([{"type": kind, "versions": [VERSION]} for kind in CATALOG])


def _told(notification: Record) -> Record:
    return {name: value for name, value in notification.items() if name != "entityId" and value is not None}


def _history(books: Books, call: Call) -> Response:
    """Oldest first; what is older than 180 days is gone."""
    subscription, query = _asked(books, call), dict(parse_qsl(call.query))
    entity = query.pop("entityId", "")
    since = v3_time(books.now - KEPT)
    query["filters"] = f'createdTime:gte:"{since}"' + (f",entityId:eq:{entity}" if entity else "")
    known = {"createdTime": lists.ORDER, "entityId": lists.SAME}
    rows, tokens = lists.page(books, "notification", query, owner=subscription["id"], known=known)
    tokens.pop("prevPage", None)
    return JSONResponse({**tokens, "results": list(map(_told, rows))})


def _resend(books: Books, call: Call) -> Outcome:
    subscription = _asked(books, call)
    key = notification_key(subscription["id"], call.parts["event"])
    notification = existing(books, "notification", key)
    if books.now - datetime.fromisoformat(notification["createdTime"]) > KEPT:
        raise refusal(404, "BDC_1205", call.parts["event"])
    books.post({"subscriptionId": subscription["id"], "eventId": notification["id"]})
    return Outcome(JSONResponse(_told(notification)), record=subscription["id"])


def _test(books: Books, call: Call) -> Outcome:
    """A made-up event; what came of it stands in the history a moment later."""
    subscription, given = _asked(books, call), parsed(call.body)
    kind = given.get("eventType")
    if kind not in CATALOG:
        raise invalid("eventType: is not in the catalog")
    made_up = {name: value for name, value in given.items() if name not in ("eventType", "version")}
    letter = notify(books, subscription, kind, made_up, "")
    books.post(letter)
    notification = existing(books, "notification", notification_key(subscription["id"], letter["eventId"]))
    return Outcome(JSONResponse(_told(notification)), record=subscription["id"])


BASE = "/connect-events/v3"
ONE = "/subscriptions/{id}"
HISTORY = "/events/subscription/{id}"
OF_SPENDING = "/spend/subscriptions"
WAYS = tuple(
    Way(method, path, operation, work, TOKEN if path.startswith(OF_SPENDING) else {}, base=BASE)
    for method, path, operation, work in (
        ("GET", "/events/catalog", "list_event_types", _catalog),
        ("GET", HISTORY, "list_events", _history),
        ("POST", HISTORY + "/event/{event}", "resend_event", _resend),
        ("GET", "/subscriptions", "list_subscriptions", _list),
        ("POST", "/subscriptions", "create_subscription", _create),
        ("GET", ONE, "get_subscription", _get),
        ("PUT", ONE, "replace_subscription", _replace),
        ("DELETE", ONE, "delete_subscription", _delete),
        ("PATCH", ONE, "update_subscription", _change),
        ("POST", ONE + "/security_key", "create_security_key", _create_key),
        ("POST", ONE + "/security-key", "create_security_key", _create_key),  # as newer pages spell it
        ("POST", ONE + "/test", "test_subscription", _test),
        ("GET", OF_SPENDING, "list_spend_subscriptions", _list),
        ("POST", OF_SPENDING, "create_spend_subscription", _create),
        ("GET", OF_SPENDING + "/{id}", "get_spend_subscription", _get),
        ("DELETE", OF_SPENDING + "/{id}", "delete_spend_subscription", _delete),
        ("PATCH", OF_SPENDING + "/{id}", "update_spend_subscription", _change),
        ("POST", OF_SPENDING + "/{id}/security_key", "create_spend_security_key", _create_key),
    )
)
