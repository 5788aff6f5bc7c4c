"""Reimbursements of Spend & Expense: approving one pays it, and then nobody changes it any more."""

import random
from datetime import timedelta
from typing import Any
from uuid import uuid4

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import names
from connectors.sandbox.bill.errors import invalid, refusal, v3_time
from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.resource import Change, Record
from connectors.sandbox.bill.spending import SpendResource, found, in_use, names_of, spend_way
from connectors.sandbox.bill.ways import parsed
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

SEEDS_AFTER = ("spend_users", "spend_budgets")
# The first state of a new one is not documented.
WAITING, APPROVED, DENIED, PAID = "AWAITING_APPROVAL", "APPROVED", "DENIED", "PAID"
RECEIPT = (Field("url", required=True, longest=2000), Field("filename", required=True))


def refine(books: Books, change: Change) -> None:
    record = change.record
    if change.before and change.before["status"] != WAITING:
        raise refusal(422, "BDC_1119", "status", change.before["status"])
    if change.verb == "delete":
        return
    names_of(change, ("budgetId", "budget"), ("userId", "spend user"), books=books)
    if float(record["amount"]) <= 0:
        raise invalid("amount: must be greater than 0")
    if change.given.get("receipts"):
        record["receipts"] = [receipt_of(given) for given in change.given["receipts"]]
    if change.verb == "create":
        now = v3_time(books.now)
        record |= {"status": WAITING, "submittedTime": now, "statusHistory": [_moment(WAITING, now, "")]}


def receipt_of(given: dict[str, Any]) -> Record:
    name = given.get("filename") or given["url"].rpartition("/")[2]
    return {"filename": name, "url": given["url"], "uuid": str(uuid4())}


def _moment(status: str, when: str, note: str) -> Record:
    return {"actorRole": "ADMIN", "occurredTime": when, "note": note, "status": status}


def shown(_books: Books, record: Record) -> Record:
    hidden = ("createdTime", "updatedTime")
    return {name: value for name, value in record.items() if name not in hidden} | {"type": "OUT_OF_POCKET"}


REIMBURSEMENT = SpendResource(
    kind="reimbursement",
    prefix="spr",
    path="/spend/reimbursements",
    verbs="list get create update delete",
    fields=(
        Field("budgetId", required=True),
        Field("userId", required=True),
        Field("occurredDate", "date", required=True),
        Field("note", required=True, longest=4000),
        Field("merchantName", required=True),
        Field("amount", "number", required=True),
        Field("receipts", "lines", required=True, parts=RECEIPT, prefix="rcp"),
        Field("customFields", "lines", prefix="cfa"),
    ),
    named={"budgetIds": "budgetId", "reimbursementIds": "id"},
    filters={"budgetId": frozenset({"eq", "ne", "in"}), "status": frozenset({"eq", "ne", "in", "nin"})},
    hidden=frozenset({"customFields"}),
    refine=refine,
    shape=shown,
)
RESOURCES = (REIMBURSEMENT,)


def _act(books: Books, call: Call) -> Outcome:
    """What is approved is on its way to be paid."""
    record = in_use(books, "reimbursement", call.parts["id"])
    given = parsed(call.body)
    if given.get("action") not in ("APPROVE", "DENY"):
        raise invalid("action: must be one of APPROVE, DENY")
    if record["status"] != WAITING:
        raise refusal(422, "BDC_1119", "status", record["status"])
    status = APPROVED if given["action"] == "APPROVE" else DENIED
    now = v3_time(books.now)
    record |= {"status": status, "updatedTime": now}
    record["statusHistory"] = [*record["statusHistory"], _moment(status, now, given.get("note") or "")]
    books.put("reimbursement", record["id"], record)
    return Outcome(JSONResponse(REIMBURSEMENT.shown(books, record)), record=record["id"])


def upload_address(operation: str, path: str) -> Any:
    """Where a picture can be put; nothing is kept of it here."""

    def answer(books: Books, call: Call) -> Outcome:
        key = f"upload-{books.next_number('spend upload')}"
        host = call.headers.get("host", "localhost")
        return Outcome(JSONResponse({"url": f"http://{host}/bill/uploads/{key}"}), record=key)

    return spend_way("POST", path, operation, answer)


def receipt_ways(kind: str, path: str, thing: str) -> tuple[Any, ...]:
    def add(books: Books, call: Call) -> Outcome:
        record, given = found(books, kind, call.parts["id"]), parsed(call.body)
        if not given.get("url"):
            raise invalid("url: must not be null")
        receipt = receipt_of(given)
        books.put(kind, record["id"], record | {"receipts": [*record["receipts"], receipt]})
        return Outcome(JSONResponse(receipt), record=record["id"])

    def delete(books: Books, call: Call) -> Outcome:
        record = found(books, kind, call.parts["id"])
        left = [one for one in record["receipts"] if one["uuid"] != call.parts["receipt"]]
        if len(left) == len(record["receipts"]):
            raise refusal(404, "BDC_1205", call.parts["receipt"])
        books.put(kind, record["id"], record | {"receipts": left})
        return Outcome(Response(status_code=200), record=record["id"])

    return (
        spend_way("POST", f"{path}/{{id}}/receipts", f"add_{thing}_receipt", add),
        spend_way("DELETE", path + "/{id}/receipts/{receipt}", f"delete_{thing}_receipt", delete),
    )


PATH = "/spend/reimbursements"
WAYS = (
    upload_address("create_reimbursement_upload_url", f"{PATH}/image-upload-url"),
    spend_way("POST", PATH + "/{id}/action", "approve_or_deny_reimbursement", _act),
    *receipt_ways("reimbursement", PATH, "reimbursement"),
)


def seed(books: Books, chance: random.Random, _customers: int) -> None:
    people = books.find("spend user", where={"archived": False}, newest_first=False)
    budgets = books.find("budget", where={"archived": False}, newest_first=False)
    for turn in range(8):
        person, budget = people[turn % len(people)], budgets[turn % len(budgets)]
        status = (WAITING, PAID, WAITING, APPROVED, DENIED)[turn % 5]
        made = books.now - timedelta(days=40 - turn)
        REIMBURSEMENT.put(
            books,
            {
                "budgetId": budget["id"],
                "budgetUuid": budget["uuid"],
                "userId": person["id"],
                "userUuid": person["uuid"],
                "occurredDate": (made - timedelta(days=2)).date().isoformat(),
                "note": chance.choice(("Team lunch", "Train", "Hotel", "Stationery")),
                "merchantName": f"{chance.choice(names._FIRST)} Kitchen",
                "amount": f"{chance.randint(900, 24_000) / 100:.2f}",
                "receipts": [receipt_of({"url": f"https://files.halden.example/{turn}.jpg"})],
                "status": status,
                "submittedTime": v3_time(made),
                "statusHistory": [_moment(status, v3_time(made), "")],
            },
            made=made,
        )
