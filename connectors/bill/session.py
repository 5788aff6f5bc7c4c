"""Signing in to BILL: one session per client and interface, shared by all its threads."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from connectors.dialect import Answer, Line, parse_json
from connectors.errors import BadReplyError, NotConfiguredError, RefusedError
from connectors.requests import FORM, Request, write_form, write_json

TITLE = "BILL"
Check = Callable[[Answer], None]  # raises what a refused answer means
CREDENTIALS = ("username", "password", "dev_key", "organization_id")
# BILL ends a session after 35 idle minutes and tells only by refusing the next call; a session nearly as
# old is not worth risking a write on.
IDLE_LIMIT_S = 33 * 60
NOT_ACCEPTED = {
    "BDC_1101": "BILL does not accept the connection's user name or password.",
    "BDC_1102": "BILL does not accept the connection's developer key (each environment has its own).",
    "BDC_1103": "BILL says that the connection's developer key is not active.",
    "BDC_1104": "BILL wants its developer terms accepted before the connection can be used.",
    "BDC_1107": "BILL says that the connection's organization is locked.",
    "BDC_1110": "BILL says that the connection's sign-in is locked.",
    "BDC_1111": "BILL knows no active user of the connection's name.",
    "BDC_1123": "BILL does not know the connection's organization.",
}


@dataclass
class Session:
    """A client's session at one interface; `lock` lets one thread sign in at a time."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    id: str = ""
    used: float = 0.0


class Sessions:
    """The sessions of all clients of this process."""

    def __init__(self) -> None:
        self._sessions: WeakKeyDictionary[Line, dict[bool, Session]] = WeakKeyDictionary()
        self._lock = threading.Lock()
        self._mine = threading.local()

    def current(self, line: Line, *, v2: bool, check: Check) -> str:
        """The session's id, after signing in if there is none; many threads at once sign in once.

        Raises NotConfiguredError (no credentials, or not accepted) and whatever else a sign-in meets.
        """
        session = self._of(line, v2=v2)
        with session.lock:
            if not session.id or time.monotonic() - session.used > IDLE_LIMIT_S:
                session.id = sign_in(line, v2=v2, check=check)
            session.used = time.monotonic()
            self._mine.session, self._mine.id = session, session.id
            return session.id

    @property
    def mine(self) -> str:
        """The id of the session this thread used last, "" for none."""
        return getattr(self._mine, "id", "")

    def forget(self) -> None:
        """Forget the session this thread used last, unless another thread has renewed it since."""
        session = getattr(self._mine, "session", None)
        if session is None:
            return
        with session.lock:
            if session.id == self._mine.id:
                session.id = ""

    def _of(self, line: Line, *, v2: bool) -> Session:
        with self._lock:
            return self._sessions.setdefault(line, {False: Session(), True: Session()})[v2]


def sign_in(line: Line, *, v2: bool, check: Check) -> str:
    """A new session's id.

    The v2 answer also names a host for later calls (`apiEndPoint`); it is not followed, because the address
    that a request goes to is part of what was approved.
    """
    # The organization is no secret. It belongs in the open part of a connection, which approvals cover.
    given = {**line.account.credentials, **line.account.injected}
    for name in CREDENTIALS:
        if not given.get(name):
            raise NotConfiguredError(
                f"The connection to BILL lacks its {name.replace('_', ' ')}.", vendor=TITLE
            )
    answer = line.exchange(_v2_request(given) if v2 else _v3_request(given), {})
    try:
        check(answer)
    except RefusedError as error:
        sentence = NOT_ACCEPTED.get(error.code, f"BILL did not let us sign in. {error.sentence}")
        raise NotConfiguredError(
            sentence, vendor=TITLE, status=error.status, request_id=error.request_id, code=error.code
        ) from None
    try:
        data = parse_json(answer.text)
        return str((data["response_data"] if v2 else data)["sessionId"])
    except (ValueError, KeyError, TypeError):
        raise BadReplyError(
            "BILL answered the sign-in in a form we cannot read.", vendor=TITLE, status=answer.status
        ) from None


def _v3_request(given: Mapping[str, str]) -> Request:
    """Only here does the developer key travel in the body."""
    body = {
        "username": given["username"],
        "password": given["password"],
        "organizationId": given["organization_id"],
        "devKey": given["dev_key"],
    }
    return Request("POST", "/connect/v3/login", "", "application/json", write_json(body))


def _v2_request(given: Mapping[str, str]) -> Request:
    """The same four values under other names."""
    fields = {
        "userName": given["username"],
        "password": given["password"],
        "orgId": given["organization_id"],
        "devKey": given["dev_key"],
    }
    return Request("POST", "/api/v2/Login.json", "", FORM, write_form(fields))
