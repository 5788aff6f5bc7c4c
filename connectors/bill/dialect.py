"""How BILL speaks: sessions, two interfaces, and errors told by code rather than by status."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from connectors.bill.session import TITLE, Sessions
from connectors.dialect import Account, Answer, Dialect, Line, parse_json
from connectors.errors import (
    NotConfiguredError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    SessionExpiredError,
)
from connectors.rates import moment_after
from connectors.requests import Request

V2 = "/api/v2/"
SPEND = "/connect/v3/spend/"
CONCURRENT_CALLS = 3  # per developer key and organization
SESSION_INVALID = "BDC_1109"
HOURLY_LIMIT = "BDC_1144"
CONCURRENT_LIMIT = "BDC_1322"
NUMBER_TAKEN = "BDC_1171"
NOT_FOUND = {"BDC_1120", "BDC_1205"}
# "System error" and "unknown error" do not tell whether the call was carried out.
TELLS_NOTHING = {"BDC_1001", "BDC_1002"}


@dataclass(frozen=True)
class Complaint:
    """What an answer says against a call: the first code (some have none) and all the messages."""

    code: str
    message: str


class BillDialect(Dialect):
    title = TITLE
    max_connections = CONCURRENT_CALLS

    def __init__(self) -> None:
        self._sessions = Sessions()

    def base_url(self, account: Account, path: str) -> str:
        return account.bases.get("v2", account.base_url) if path.startswith(V2) else account.base_url

    def sign(self, line: Line, request: Request) -> tuple[Request, dict[str, str]]:
        """By path: v3 and its events take developer key and session as headers, v2 as form fields (two named
        holes of the body), Spend & Expense a token of its own.
        """
        if request.path.startswith(SPEND):
            return request, {"apiToken": spend_token(line.account)}
        v2 = request.path.startswith(V2)
        session_id = self._sessions.current(line, v2=v2, check=self.check)
        dev_key = line.account.credentials["dev_key"]
        if not v2:
            return request, {"devKey": dev_key, "sessionId": session_id}
        body = request.body
        for name, value in (("devKey", dev_key), ("sessionId", session_id)):
            # Braces in what a caller gave are percent-encoded, so this text is the hole and nothing else.
            body = body.replace(f"{name}={{{name}}}", f"{name}={quote(value, safe='')}", 1)
        return replace(request, body=body), {}

    def forget_session(self) -> None:
        self._sessions.forget()

    def secrets(self, line: Line) -> Mapping[str, str]:
        return {**line.account.credentials, "session_id": self._sessions.mine}

    def accepts_by_status(self, request: Request) -> bool:
        """v2 answers HTTP 200 whatever it did; only the body tells."""
        return not request.path.startswith(V2)

    def payload(self, data: Any) -> Any:
        """v2 wraps its answers, and its lists are bare arrays; v3's lists keep theirs under `results`."""
        if not _is_envelope(data):
            return data
        inner = data["response_data"]
        return {"results": inner} if isinstance(inner, list) else inner

    def message(self, answer: Answer) -> str:
        complaint = complaint_of(answer)
        return complaint.message if complaint else ""

    def code(self, answer: Answer) -> str:
        complaint = complaint_of(answer)
        return complaint.code if complaint else ""

    def check(self, answer: Answer) -> None:
        """By code first: v2 fails with HTTP 200, and the status of v3's limits is not documented."""
        complaint = complaint_of(answer)
        if complaint is None or answer.status >= 500:
            super().check(answer)
            return
        words: dict[str, Any] = {
            "vendor": self.title,
            "status": answer.status,
            "request_id": answer.request_id,
            "code": complaint.code,
        }
        said = f": “{complaint.message}”" if complaint.message else "."
        if complaint.code == SESSION_INVALID:
            raise SessionExpiredError("BILL has ended our session; nothing was done.", **words)
        if complaint.code == HOURLY_LIMIT:
            wait_s = _until_next_hour_s()
            until = moment_after(wait_s)
            sentence = "BILL takes no more calls in this hour."
            raise RateLimitedError(sentence, retry_after_s=wait_s, until=until, **words)
        if complaint.code == CONCURRENT_LIMIT:
            raise RateLimitedError("BILL is busy with other calls of ours.", **words)
        if complaint.code in TELLS_NOTHING:
            raise OutcomeUnknownError("BILL gave no usable answer" + said, **words)
        if complaint.code in NOT_FOUND or answer.status == 404:
            raise NotFoundError("BILL has no such record" + said, **words)
        if complaint.code == NUMBER_TAKEN:
            raise RefusedError("BILL already has a document of that number" + said, **words)
        if answer.status in (408, 429):
            super().check(answer)
        raise RefusedError("BILL refused" + said, **words)


def spend_token(account: Account) -> str:
    token = account.credentials.get("spend_token", "")
    if not token.isascii() or not token.isprintable() or not token:
        raise NotConfiguredError(
            "The connection to BILL lacks its Spend & Expense token. An administrator makes one in BILL Spend"
            " & Expense, under Settings, and adds it to the connection.",
            vendor=TITLE,
        )
    return token


def complaint_of(answer: Answer) -> Complaint | None:
    """The refusal in an answer, None when there is none: v3's array, a gateway's object, or v2's envelope."""
    try:
        data = parse_json(answer.text)
    except ValueError:
        return None
    if _is_envelope(data):
        if data["response_status"] == 0:
            return None
        inner = data["response_data"] if isinstance(data["response_data"], dict) else {}
        return Complaint(str(inner.get("error_code") or ""), str(inner.get("error_message") or ""))
    if answer.status < 400:
        return None
    errors = [error for error in (data if isinstance(data, list) else [data]) if isinstance(error, dict)]
    if not errors:
        return None
    codes = [str(error["code"]) for error in errors if error.get("code")]
    messages = [str(error["message"]) for error in errors if error.get("message")]
    return Complaint(codes[0] if codes else "", "; ".join(messages))


def _is_envelope(data: Any) -> bool:
    return isinstance(data, dict) and "response_status" in data and "response_data" in data


def _until_next_hour_s() -> float:
    now = datetime.now(UTC)
    return 3600.0 - (now.minute * 60 + now.second + now.microsecond / 1_000_000)
