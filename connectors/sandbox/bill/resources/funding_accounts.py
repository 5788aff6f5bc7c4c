"""The accounts that our organization pays from: banks with those who may use them, cards, and permissions."""

import random
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import lists, rules
from connectors.sandbox.bill.checks import Check
from connectors.sandbox.bill.errors import invalid, refusal, v3_time
from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.resource import Change, Resource
from connectors.sandbox.bill.sessions import USER_ID
from connectors.sandbox.bill.trust import trusting
from connectors.sandbox.bill.ways import Way, existing, parsed
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

TYPES = ("BANK_ACCOUNT", "CARD_ACCOUNT", "WALLET", "AP_CARD")
TEST_DEPOSIT = Decimal("0.50")
TRIES = 3
BANK, CARD, AP_CARD = "bac02HALDENCHECKING0", "cat02HALDENVISA00000", "apc02HALDENDIVVY0000"
OWN_TIMES = {"createdBy": USER_ID, "archived": False}


def _refine(books: Books, change: Change) -> None:
    """A new account waits for its test deposit; only a verified one can be changed."""
    if change.verb == "create":
        change.record["createdBy"] = USER_ID
        for name in ("routingNumber", "accountNumber"):
            change.record[name] = change.given.get(name)
        if not change.given.get("accountNumber"):
            raise invalid("accountNumber: must not be null")
    elif change.verb == "update" and change.record["status"] != "VERIFIED":
        raise refusal(422, "BDC_1119", "status", change.record["status"])
    if change.verb == "update":
        fixed = [name for name in ("routingNumber", "accountNumber", "type") if name in change.given]
        if fixed:
            raise invalid(*(f"{name}: must not be given" for name in fixed))


def _masked(_books: Books, account: dict[str, Any]) -> dict[str, Any]:
    number = account["accountNumber"]
    return account | {"accountNumber": "*" * (len(number) - 4) + number[-4:]}


BANK_ACCOUNT = Resource(
    kind="bank account",
    prefix="bac",
    path="/funding-accounts/banks",
    verbs="list get create update archive",
    fields=(
        Field("nameOnAccount", required=True),
        Field("type", required=True, one_of=("CHECKING", "SAVINGS")),
        Field("ownerType", required=True, one_of=("BUSINESS", "PERSONAL")),
        Field("bankName", required=True),
        Field("accessToAdmins", "boolean"),
        Field(
            "default",
            "object",
            parts=(
                Field("payables", "boolean", default=False),
                Field("receivables", "boolean", default=False),
            ),
        ),
        Field("chartOfAccountId"),
    ),
    filters={"bankAccountId": lists.IDS, "status": lists.ONE_OF},
    initial={"status": "PENDING", "triesLeft": TRIES},
    hidden=frozenset({"triesLeft"}),
    refine=_refine,
    shape=_masked,
)
BANK_USER = Resource(
    kind="bank account user",
    prefix="bau",
    path="/funding-accounts/banks/users",
    verbs="archive",
    fields=(Field("bankAccountId", required=True), Field("userId", required=True)),
    initial={"verificationStatus": "NOMINATED"},
)
CARD_ACCOUNT = Resource(
    kind="card account", prefix="cat", path="/funding-accounts/cards", verbs="get", fields=()
)


def require_payable(books: Books, given: Mapping[str, Any]) -> None:
    """Raises Refusal for an account that is not there, or that cannot pay."""
    kind, key = given.get("type"), given.get("id")
    if kind == "WALLET":
        if key:
            raise invalid("fundingAccount.id: must be null for WALLET")
        return
    if not key:
        raise invalid("fundingAccount.id: must not be null")
    names = {"BANK_ACCOUNT": "bank account", "CARD_ACCOUNT": "card account", "AP_CARD": "ap card"}
    account = existing(books, names[kind], key)
    ready = account["status"] == ("VERIFIED" if kind == "BANK_ACCOUNT" else "ACTIVE")
    if account["archived"] or not ready:
        raise refusal(422, "BDC_1151")


def verify(books: Books, call: Call) -> Outcome:
    account, given = existing(books, "bank account", call.parts["id"]), parsed(call.body)
    check = Check(given)
    check.number("depositAmount")
    check.finish()
    if account["status"] != "PENDING":
        raise refusal(422, "BDC_1119", "status", account["status"])
    verified = rules.decimal(given["depositAmount"]) == TEST_DEPOSIT
    account["triesLeft"] -= not verified
    if verified:
        account["status"] = "VERIFIED"
        _add_user(books, account["id"], USER_ID, "VERIFIED")
    elif not account["triesLeft"]:
        account["status"] = "BLOCKED"
    account["updatedTime"] = v3_time(books.now)
    books.put("bank account", account["id"], account)
    return Outcome(JSONResponse({"verified": verified}), record=account["id"], took=verified)


def nominate(books: Books, call: Call) -> Outcome:
    given = parsed(call.body)
    check = Check(given)
    check.text("bankAccountId", required=True)
    check.text("userId", required=True)
    check.finish()
    account = existing(books, "bank account", given["bankAccountId"])
    existing(books, "user", given["userId"])
    if account["status"] != "VERIFIED" or account["archived"]:
        raise refusal(422, "BDC_1119", "bankAccountId", account["id"])
    where = {"userId": given["userId"], "archived": False}
    if books.count("bank account user", owner=account["id"], where=where):
        raise refusal(422, "BDC_1119", "userId", given["userId"])
    user = _add_user(books, account["id"], given["userId"], "NOMINATED")
    return Outcome(JSONResponse({"status": "NOMINATED"}), record=user["id"])


def _add_user(books: Books, account_id: str, user_id: str, status: str) -> dict[str, Any]:
    fields = {"bankAccountId": account_id, "userId": user_id, "verificationStatus": status}
    return BANK_USER.put(books, fields, made=books.now, owner=account_id)


def bank_users(books: Books, call: Call) -> Response:
    query = dict(parse_qsl(call.query))
    if query.pop("currentUser", "false") == "true":
        query["filters"] = ",".join(filter(None, [query.get("filters"), f"userId:eq:{USER_ID}"]))
    known = lists.ALWAYS | {"bankAccountId": lists.IDS, "userId": lists.IDS}
    rows, tokens = lists.page(books, "bank account user", query, known=known)
    return JSONResponse({**tokens, "results": [BANK_USER.shown(books, row) for row in rows]})


def card_users(books: Books, call: Call) -> Response:
    rows = [
        {"cardAccountId": card["id"], "userId": USER_ID, "archived": False, "verificationStatus": "VERIFIED"}
        for card in books.find("card account", newest_first=False)
    ]
    return JSONResponse({"results": rows})


def cards(books: Books, call: Call) -> Response:
    if call.parameter("cardUserStatus") not in ("VERIFIED", "NOMINATED"):
        raise invalid("cardUserStatus: must be one of NOMINATED, VERIFIED")
    shown = books.find("card account", newest_first=False)
    mine = call.parameter("cardUserStatus") == "VERIFIED"
    rates = {"defaultCardAccountId": CARD, "funding": {"creditCardRate": 2.9, "debitCardRate": 2.9}}
    return JSONResponse(
        {"rates": rates, "cards": [CARD_ACCOUNT.shown(books, card) for card in shown if mine]}
    )


def funding_purposes(_books: Books, call: Call) -> Response:
    missing = [f"{name}: must not be null" for name in ("vendorId", "brand") if not call.parameter(name)]
    if missing:
        raise invalid(*missing)
    if call.parameter("brand") != "AMEX":
        return Response(status_code=200)  # empty: no purpose is needed
    return JSONResponse({"results": [{"category": "Services", "subCategories": ["Consulting", "Hosting"]}]})


def ap_cards(books: Books, _call: Call) -> Response:
    hidden = {"archived"}
    rows = books.find("ap card", newest_first=False)
    return JSONResponse([{name: it for name, it in row.items() if name not in hidden} for row in rows])


def permissions(_books: Books, _call: Call) -> Response:
    card = {"payByCard": True, "fundingEnabled": True, "amexAllowed": False}
    return JSONResponse(
        {"organization": {"card": card, "wallet": {"fundingEnabled": True}}, "user": {"payOnline": True}}
    )


def seed(books: Books, _chance: random.Random, _customers: int) -> None:
    """One verified bank account that our user may use, one card, one card of Spend & Expense."""
    long_ago = books.now - timedelta(days=400)
    times = {"createdTime": v3_time(long_ago), "updatedTime": v3_time(long_ago)}
    bank = {
        **OWN_TIMES,
        "id": BANK,
        "status": "VERIFIED",
        "triesLeft": TRIES,
        "routingNumber": "021000021",
        "accountNumber": "000987654321",
        "nameOnAccount": "Halden Labs",
        "type": "CHECKING",
        "ownerType": "BUSINESS",
        "bankName": "First Pier Bank",
        "accessToAdmins": True,
        "default": {"payables": True, "receivables": True},
    }
    books.put("bank account", BANK, bank | times, at=long_ago)
    fields = {"bankAccountId": BANK, "userId": USER_ID, "verificationStatus": "VERIFIED"}
    BANK_USER.put(books, fields, made=long_ago, owner=BANK)
    card = {
        **OWN_TIMES,
        "id": CARD,
        "issuingBankName": "First Pier Bank",
        "nameOnAccount": "Halden Labs",
        "brand": "VISA",
        "type": "CREDIT",
        "status": "ACTIVE",
        "last4": "4242",
        "expiration": {"year": "2031", "month": "03"},
        "default": {"payables": True, "receivables": False, "funding": True, "disbursement": False},
    }
    books.put("card account", CARD, card | times, at=long_ago)
    ap_card = {"id": AP_CARD, "archived": False, "status": "ACTIVE", "nameOnAccount": "Halden Labs"}
    ap_card |= {**times, "balance": 1250.5, "limit": 20000}
    books.put("ap card", AP_CARD, ap_card, at=long_ago)


_BANKS, _CARDS = "/funding-accounts/banks", "/funding-accounts/cards"
WAYS = (
    Way("GET", f"{_BANKS}/users", "list_bank_account_users", bank_users),
    Way("POST", f"{_BANKS}/users/nominate", "nominate_bank_account_user", nominate),
    *BANK_USER.ways(),
    Way("POST", f"{_BANKS}/{{id}}/verify", "verify_bank_account", verify),
    *trusting(BANK_ACCOUNT.ways(), lambda given: "accountNumber" in given),
    Way("GET", f"{_CARDS}/users", "list_card_account_users", card_users),
    Way("GET", f"{_CARDS}/funding-purposes", "list_card_funding_purposes", funding_purposes),
    Way("GET", _CARDS, "list_card_accounts", cards),
    *CARD_ACCOUNT.ways(),
    Way("GET", "/funding-accounts/ap-cards", "list_ap_cards", ap_cards),
    Way("GET", "/funding-accounts/permissions", "get_funding_permissions", permissions),
)
