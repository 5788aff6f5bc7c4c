"""Signing in, sessions that end when idle, and BILL's limits."""

import secrets
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.sandbox.bill.errors import Complaint, Refusal, refusal, v3_time
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call

IDLE = timedelta(minutes=35)
CONCURRENT_REQUESTS = 3

HOUR, MINUTE = "%Y-%m-%dT%H", "%Y-%m-%dT%H:%M"
SIGN_INS = {"login", "v2_login", "v2_list_orgs"}
MESSAGES = {"create_mfa_challenge", "create_mfa_setup"}

USERNAME = "console@halden.example"
PASSWORD = "sandbox"
DEV_KEY = "sandbox-dev-key"
ORGANIZATION = "00801HALDEN000000000"
OAUTH_CLIENT = ("sandbox-client", "sandbox-client-secret")
REMEMBERED_ID, DEVICE = "sandbox-remember-me", "countersign-demo"
SPEND_TOKEN = "sandbox-spend-token"
USER_ID = "00601HALDENCONSOLE00"
APPROVER_ID = "00601HALDENAPPROVER0"


def sign_in(
    books: Books,
    *,
    username: Any,
    password: Any,
    dev_key: Any,
    organization: Any,
    trusted: bool = False,
) -> dict[str, Any]:
    if dev_key != DEV_KEY:
        raise refusal(401, "BDC_1102")
    if (username, password) != (USERNAME, PASSWORD):
        raise refusal(401, "BDC_1101")
    if organization != ORGANIZATION:
        raise refusal(401, "BDC_1123")
    session = {
        "sessionId": "01" + secrets.token_hex(12).upper(),
        "devKey": dev_key,
        "organizationId": organization,
        "userId": USER_ID,
        "used": v3_time(books.now),
        "trusted": trusted,
    }
    books.put("session", session["sessionId"], session)
    return session


def count_call(books: Books, operation: str, given: Mapping[str, str]) -> None:
    """Count it under all that BILL counts it under; refused where one of these is used up."""
    if "spend_token" in given:
        _count(books, "spend", MINUTE, "bill_spend_per_minute")
        return
    if operation in SIGN_INS:
        _count(books, "logins", HOUR, "bill_logins_per_hour")
    if operation in MESSAGES:
        _count(books, "messages", MINUTE, "bill_messages_per_minute")
    _count(books, "calls", HOUR, "bill_requests_per_hour")


def _count(books: Books, what: str, period: str, setting: str) -> None:
    limit = books.setting(setting)
    if books.next_number(f"{what} {books.now:{period}}") <= limit:
        return
    if period == HOUR:
        raise refusal(books.setting("bill_limit_status"), "BDC_1144", str(limit))
    raise Refusal(429, Complaint("Too many requests."))


def admit(books: Books, given: Mapping[str, str]) -> None:
    """given: what a call brings along; nothing, where it signs in."""
    if "spend_token" in given:
        if given["spend_token"] != SPEND_TOKEN:
            raise Refusal(401, Complaint("Unauthorized"))
    elif "token" in given:
        token = books.get("token", given["token"])
        if token is None or datetime.fromisoformat(token["until"]) <= books.now:
            raise Refusal(401, Complaint("Unauthorized"))
    elif given:
        use_session(books, **given)


def require_trust(books: Books, call: Call) -> None:
    """For what BILL does only in a session that passed a second factor, or with a token."""
    session = books.get("session", call.headers.get("sessionId", ""))
    if books.setting("bill_wants_trust") and session is not None and not session["trusted"]:
        raise refusal(403, "BDC_1361")


def use_session(books: Books, *, dev_key: str, session_id: str) -> dict[str, Any]:
    """The session, its idle time started anew. A session belongs to the developer key that made it."""
    if dev_key != DEV_KEY:
        raise refusal(401, "BDC_1102")
    session = books.get("session", session_id)
    if session is None or session["devKey"] != dev_key or _is_idle(session, books.now):
        raise refusal(401, "BDC_1109", category="DOWNSTREAM")
    session["used"] = v3_time(books.now)
    books.put("session", session_id, session)
    return session


def remember_device(books: Books) -> None:
    """As if somebody had passed the second factor when the books were opened."""
    until = v3_time(books.now + timedelta(days=30))
    books.put("remembered", REMEMBERED_ID, {"id": REMEMBERED_ID, "device": DEVICE, "until": until})


def sign_out(books: Books, session_id: str) -> None:
    books.remove("session", session_id)


def _is_idle(session: Mapping[str, Any], now: datetime) -> bool:
    return now - datetime.fromisoformat(session["used"]) > IDLE


class Gate:
    """At most three requests at once; the organization is one, so one gate serves the sandbox.

    most: the connector's name → how many there ever were, the refused ones among them.
    """

    def __init__(self, most: dict[str, int]) -> None:
        self._inside = 0
        self._most = most
        self._lock = threading.Lock()

    def enter(self) -> bool:
        with self._lock:
            self._most["bill"] = max(self._most.get("bill", 0), self._inside + 1)
            if self._inside >= CONCURRENT_REQUESTS:
                return False
            self._inside += 1
            return True

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
