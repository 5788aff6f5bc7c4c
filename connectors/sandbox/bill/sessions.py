"""Signing in, sessions that end when idle, and BILL's limits."""

import secrets
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.sandbox.bill.errors import Complaint, Refusal, refusal, v3_time
from connectors.sandbox.books import Books

IDLE = timedelta(minutes=35)
CONCURRENT_REQUESTS = 3

USERNAME = "console@halden.example"
PASSWORD = "sandbox"
DEV_KEY = "sandbox-dev-key"
ORGANIZATION = "00801HALDEN000000000"
SPEND_TOKEN = "sandbox-spend-token"
USER_ID = "00601HALDENCONSOLE00"


def sign_in(books: Books, *, username: Any, password: Any, dev_key: Any, organization: Any) -> dict[str, Any]:
    if dev_key != DEV_KEY:
        raise refusal(401, "BDC_1102")
    limit = books.setting("bill_logins_per_hour")
    if _count_this_hour(books, "logins") > limit:
        raise refusal(books.setting("bill_limit_status"), "BDC_1144", str(limit))
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
    }
    books.put("session", session["sessionId"], session)
    return session


def use_session(books: Books, *, dev_key: str, session_id: str) -> dict[str, Any]:
    """The session, its idle time started anew. A session belongs to the developer key that made it."""
    limit = books.setting("bill_requests_per_hour")
    if _count_this_hour(books, "requests") > limit:
        raise refusal(books.setting("bill_limit_status"), "BDC_1144", str(limit))
    if dev_key != DEV_KEY:
        raise refusal(401, "BDC_1102")
    session = books.get("session", session_id)
    if session is None or session["devKey"] != dev_key or _is_idle(session, books.now):
        raise refusal(401, "BDC_1109", category="DOWNSTREAM")
    session["used"] = v3_time(books.now)
    books.put("session", session_id, session)
    return session


def use_spend_token(books: Books, *, spend_token: str) -> None:
    """Spend & Expense knows no sessions: a token, and so many calls a minute."""
    if spend_token != SPEND_TOKEN:
        raise Refusal(401, Complaint("Unauthorized"))
    if books.next_number(f"spend {books.now:%Y-%m-%dT%H:%M}") > books.setting("bill_spend_per_minute"):
        raise Refusal(429, Complaint("Too many requests."))


def sign_out(books: Books, session_id: str) -> None:
    books.remove("session", session_id)


def _is_idle(session: Mapping[str, Any], now: datetime) -> bool:
    return now - datetime.fromisoformat(session["used"]) > IDLE


def _count_this_hour(books: Books, what: str) -> int:
    return books.next_number(f"{what} {books.now:%Y-%m-%dT%H}")


class Gate:
    """At most three requests at once; the organization is one, so one gate serves the sandbox."""

    def __init__(self) -> None:
        self._inside = 0
        self._lock = threading.Lock()

    def enter(self) -> bool:
        with self._lock:
            if self._inside >= CONCURRENT_REQUESTS:
                return False
            self._inside += 1
            return True

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
