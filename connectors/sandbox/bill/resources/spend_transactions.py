"""Card transactions of Spend & Expense, and purchases that a merchant wants confirmed."""

import random
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import lists, names
from connectors.sandbox.bill.errors import Complaint, Refusal, invalid, refusal, v3_time
from connectors.sandbox.bill.resource import Record
from connectors.sandbox.bill.resources.spend_reimbursements import (
    receipt_of,
    receipt_ways,
    upload_address,
)
from connectors.sandbox.bill.resources.spend_users import whose_token
from connectors.sandbox.bill.spending import SpendResource, found, in_use, spend_way
from connectors.sandbox.bill.ways import parsed
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

SEEDS_AFTER = ("spend_users", "spend_budgets", "spend_cards", "spend_custom_fields")
CHALLENGED = "acs-0001"  # one purchase awaits confirmation from the start


def shown(_books: Books, record: Record) -> Record:
    return {name: value for name, value in record.items() if name not in ("createdTime", "archived")}


TRANSACTION = SpendResource(
    kind="spend transaction",
    prefix="spt",
    path="/spend/transactions",
    verbs="list get",
    fields=(),
    named={"budgetIds": "budgetId", "cardIds": "cardId", "type": "transactionType"},
    filters={
        "budgetId": lists.IDS,
        "cardId": lists.IDS,
        "amount": lists.ORDER,
        "complete": lists.SAME,
        "transactionType": lists.SAME,
    },
    retires=False,
    most_rows=50,
    shape=shown,
)


def _move(books: Books, call: Call) -> Outcome:
    record = found(books, TRANSACTION.kind, call.parts["id"])
    budget = in_use(books, "budget", parsed(call.body).get("budgetId"))
    named = {"budgetId": budget["id"], "budgetUuid": budget["uuid"], "budgetName": budget["name"]}
    changed = record | named | {"updatedTime": v3_time(books.now)}
    books.put(TRANSACTION.kind, record["id"], changed, owner=budget["id"])
    return Outcome(JSONResponse(TRANSACTION.shown(books, changed)), record=record["id"])


def _list_fields(books: Books, call: Call) -> Response:
    record = found(books, TRANSACTION.kind, call.parts["id"])
    return JSONResponse({"results": record["customFields"]})


def _say_fields(books: Books, call: Call) -> Outcome:
    record = found(books, TRANSACTION.kind, call.parts["id"])
    answers = {answer["id"]: answer for answer in record["customFields"]}
    given = parsed(call.body).get("customFields")
    if not isinstance(given, list) or not given:
        raise invalid("customFields: must not be empty")
    for said in given:
        one = in_use(books, "spend custom field", said.get("customFieldId"))
        answers[one["id"]] = {
            **{name: one[name] for name in ("id", "uuid", "name")},
            "isRequired": one["required"],
            "note": said.get("note") or "",
            "selectedValues": [_chosen(books, one, value) for value in said.get("selectedValues") or ()],
        }
    changed = record | {"customFields": list(answers.values()), "updatedTime": v3_time(books.now)}
    books.put(TRANSACTION.kind, record["id"], changed)
    return Outcome(JSONResponse({"status": "SUCCESS"}), record=record["id"])


def _chosen(books: Books, one: Record, given: str) -> Record:
    """By id, uuid or word; a word of one's own only where the field allows it."""
    for value in books.find("spend custom field value", owner=one["id"], where={"archived": False}):
        if given in (value["id"], value["uuid"], value["value"]):
            return {name: value[name] for name in ("id", "uuid", "value")}
    if not one["allowCustomValues"]:
        raise refusal(422, "BDC_1119", "selectedValues", given)
    return {"value": given}


def _list_field_values(books: Books, call: Call) -> Response:
    record = found(books, TRANSACTION.kind, call.parts["id"])
    one = found(books, "spend custom field", call.parts["field"])
    said = next((answer for answer in record["customFields"] if answer["id"] == one["id"]), None)
    query = dict(parse_qsl(call.query))
    if not query.get("max", "20").isdigit():
        raise invalid("max: must be between 1 and 100")
    return JSONResponse({"results": said["selectedValues"] if said else []})


def _answer_challenge(books: Books, call: Call) -> Outcome:
    challenge = books.get("spend challenge", call.parts["id"])
    if challenge is None:
        raise refusal(404, "BDC_1205", call.parts["id"])
    action = parsed(call.body).get("action")
    if action not in ("ACCEPT", "REJECT"):
        raise invalid("action: must be one of ACCEPT, REJECT")
    if whose_token(books)["role"] != "ADMIN":
        raise Refusal(403, Complaint("Only an administrator may accept or reject a transaction."))
    if challenge["status"] != "PENDING":
        raise refusal(422, "BDC_1119", "status", challenge["status"])
    status = "ACCEPTED" if action == "ACCEPT" else "REJECTED"
    books.put("spend challenge", challenge["id"], challenge | {"status": status})
    if status == "ACCEPTED":
        card = found(books, "spend card", challenge["cardId"])
        put_transaction(books, card, challenge["merchantName"], challenge["amount"], books.now)
    return Outcome(JSONResponse({"id": challenge["id"], "status": status}), record=challenge["id"])


PATH = "/spend/transactions"
FIELDS = PATH + "/{id}/custom-fields"
WAYS = (
    upload_address("create_spend_transaction_upload_url", f"{PATH}/receipt-upload-url"),
    spend_way("POST", PATH + "/{id}/3ds-challenge", "accept_or_reject_spend_transaction", _answer_challenge),
    spend_way("PUT", PATH + "/{id}", "update_spend_transaction", _move),
    spend_way("GET", FIELDS, "list_spend_transaction_custom_fields", _list_fields),
    spend_way("PUT", FIELDS, "update_spend_transaction_custom_fields", _say_fields),
    spend_way(
        "GET", FIELDS + "/{field}/values", "list_spend_transaction_custom_field_values", _list_field_values
    ),
    *receipt_ways(TRANSACTION.kind, PATH, "spend_transaction"),
    *TRANSACTION.ways(),
)


def put_transaction(books: Books, card: Record, merchant: str, amount: str, when) -> Record:
    person, budget = found(books, "spend user", card["userId"]), found(books, "budget", card["budgetId"])
    fields = {
        "transactionType": "CLEAR",
        "isParent": True,
        "isLocked": False,
        "isReconciled": False,
        "isCredit": False,
        "complete": False,
        "amount": amount,
        "transactedAmount": amount,
        "merchantName": merchant,
        "rawMerchantName": merchant.upper(),
        "userId": person["id"],
        "userUuid": person["uuid"],
        "userName": f"{person['firstName']} {person['lastName']}",
        "budgetId": budget["id"],
        "budgetUuid": budget["uuid"],
        "budgetName": budget["name"],
        "cardId": card["id"],
        "cardUuid": card["uuid"],
        "cardLastFour": card["lastFour"],
        "cardType": card["type"],
        "occurredTime": v3_time(when),
        "receipts": [],
        "receiptStatus": "NOT_ATTACHED",
        "customFields": [],
    }
    return TRANSACTION.put(books, fields, made=when, owner=budget["id"])


def seed(books: Books, chance: random.Random, _customers: int) -> None:
    cards = books.find("spend card", where={"status": "ACTIVE"}, newest_first=False)
    for turn in range(60):
        card = cards[turn % len(cards)]
        amount = str(Decimal(chance.randint(400, 9_000)) / 100)
        merchant = f"{chance.choice(names._FIRST)} {chance.choice(names._SUPPLIES)}"
        made = put_transaction(books, card, merchant, amount, books.now - timedelta(days=70 - turn))
        if turn % 3 == 0:
            receipts = [receipt_of({"url": f"https://files.halden.example/t{turn}.jpg"})]
            books.put(
                TRANSACTION.kind, made["id"], made | {"receipts": receipts, "receiptStatus": "ATTACHED"}
            )
    challenge = {"id": CHALLENGED, "status": "PENDING", "amount": "84.50", "merchantName": "Linden Travel"}
    books.put("spend challenge", CHALLENGED, challenge | {"cardId": cards[0]["id"]})
