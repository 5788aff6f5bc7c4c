"""How BILL speaks: sessions, interfaces told apart by path, and errors told by code rather than by status."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from connectors.bill import session as sessions
from connectors.bill.session import NOT_ACCEPTED, OAUTH, TITLE, TRUSTED, V2, V3
from connectors.dialect import Account, Answer, Dialect, Line, Signed, origin_of, parse_json
from connectors.errors import (
    NotFoundError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    SessionExpiredError,
)
from connectors.rates import Gate, Limit, Pace, moment_after
from connectors.requests import Request

V2_PATH, EVENTS_PATH = "/api/v2/", "/connect-events/"
SPEND_PATH, SPEND_EVENTS_PATH = "/connect/v3/spend/", "/connect-events/v3/spend/"
SPENDING = (SPEND_PATH, SPEND_EVENTS_PATH)
SITE = ".bill.com"
SIGN_INS = {"/connect/v3/login", "/api/v2/Login.json", "/api/v2/ListOrgs.json"}
# They send an SMS or a mail.
MESSAGES = re.compile(r"/connect/v3/(mfa/(challenge|setup)|invoices/[^/]+/email|network/invitation/.+)")
CONCURRENT_CALLS = 3  # per developer key and organization
# In any hour no more sign-ins than 180 of the 200 that BILL takes, in any minute no more messages than 5 and
# no more calls of Spend & Expense than 60: what may come at once, and then the rest bit by bit.
SIGN_IN_LIMIT = Limit(calls_per_s=100 / 3600, at_once=80)
MESSAGE_LIMIT = Limit(calls_per_s=2 / 60, at_once=3)
SPEND_LIMIT = Limit(calls_per_s=0.5, at_once=30)
SESSION_INVALID = "BDC_1109"
HOURLY_LIMIT = "BDC_1144"
CONCURRENT_LIMIT = "BDC_1322"
UNPROCESSED = {SESSION_INVALID, HOURLY_LIMIT, CONCURRENT_LIMIT}
NOT_FOUND = {"BDC_1120", "BDC_1205"}
# "System error" and "unknown error" do not tell whether the call was carried out.
TELLS_NOTHING = {"BDC_1001", "BDC_1002"}
SAID = {
    "BDC_1121": "BILL does not know what it was asked to do; the connection's address may be wrong",
    "BDC_1143": "BILL does not take the name of the device",
    "BDC_1150": "BILL does not let our user pay online: the role or the bank account does not allow it",
    "BDC_1151": "BILL cannot pay online from this account",
    "BDC_1152": "The date is too early for this vendor's bank account",
    "BDC_1171": "BILL already has a document of that number",
    "BDC_1356": "The code is too old; ask for another",
    "BDC_1358": "Too many wrong codes; BILL takes no more for now",
    "BDC_1361": "BILL wants a session that passed its second factor for this",
} | {code: sentence.rstrip(".") for code, sentence in NOT_ACCEPTED.items()}
# BILL gives this reason also where its price plan is the reason.
VAGUE = {"unable to receive epayments": "BILL says this also when its price plan does not allow the payment."}


@dataclass(frozen=True)
class Complaint:
    """What an answer says against a call: the first code (some have none) and all the messages.

    listed: it came in v3's array, so BILL itself wrote it and no gateway before it.
    """

    code: str
    message: str
    listed: bool = False


class BillDialect(Dialect):
    title = TITLE
    key_header = "X-Idempotent-Key"

    def base_url(self, account: Account, path: str) -> str:
        return account.bases.get("v2", account.base_url) if path.startswith(V2_PATH) else account.base_url

    def is_own(self, account: Account, origin: str) -> bool:
        """BILL keeps files on servers beside the one it is asked at."""
        at_bill = all(origin_of(base).endswith(SITE) for base in (account.base_url, origin))
        return (at_bill and origin.startswith("https://")) or super().is_own(account, origin)

    def sign(self, line: Line, request: Request, *, trusted: bool = False) -> Signed:
        """v3 and its events take developer key and session as headers, v2 as form fields (two named holes of
        the body), Spend & Expense and its events a token. An OAuth client does for both, and for no events.
        """
        account, path = line.account, request.path
        has_client = sessions.has_client(account)
        takes_client = has_client and not path.startswith(EVENTS_PATH)
        if path.startswith(SPENDING) and (account.credentials.get("spend_token") or not takes_client):
            return Signed(request, {"apiToken": sessions.spend_token(account)})
        kind = TRUSTED if trusted else V3
        if path.startswith(V2_PATH):
            kind = V2
        elif takes_client:
            kind = OAUTH
        session = sessions.current(line, kind, check=self.check)
        if kind == OAUTH:
            return Signed(request, {"Authorization": f"Bearer {session.id}"}, kind, session)
        dev_key = account.credentials["dev_key"]
        if kind != V2:
            return Signed(request, {"devKey": dev_key, "sessionId": session.id}, kind, session)
        body = request.body
        for name, value in (("devKey", dev_key), ("sessionId", session.id)):
            # Braces in what a caller gave are percent-encoded, so this text is the hole and nothing else.
            body = body.replace(f"{name}={{{name}}}", f"{name}={quote(value, safe='')}", 1)
        return Signed(replace(request, body=body), {}, kind, session)

    def paces(self, account: Account, request: Request, limit: Limit) -> tuple[Pace, ...]:
        """BILL counts by developer key, which several organizations may share."""
        mark = sessions.mark(account)
        if request.path.startswith(SPENDING):
            token = account.credentials.get("spend_token") or account.credentials.get("client_id", "")
            sentence = "BILL Spend & Expense is being asked as often as we allow ourselves"
            return (Pace(f"bill spend {sessions.marked(token)}", SPEND_LIMIT, sentence),)
        usual = Pace(f"bill {mark}", limit, self.asked_enough)
        if request.path in SIGN_INS:
            sentence = "BILL takes only 200 sign-ins an hour, and we have used up those we allow ourselves"
            return Pace(f"bill sign-ins {mark}", SIGN_IN_LIMIT, sentence), usual
        if request.method == "POST" and MESSAGES.fullmatch(request.path):
            sentence = "BILL sends only 5 messages a minute, and we have used up those we allow ourselves"
            return Pace(f"bill messages {mark}", MESSAGE_LIMIT, sentence), usual
        return (usual,)

    def gate(self, account: Account, request: Request) -> Gate | None:
        """Three calls at a time, v3 and v2 together, signing in too; Spend & Expense is not counted."""
        if request.path.startswith(SPENDING):
            return None
        organization = sessions.given_by(account).get("organization_id", "")
        return Gate(f"bill {sessions.mark(account)} {organization}", CONCURRENT_CALLS)

    def accepts_by_status(self, request: Request) -> bool:
        """v2 answers HTTP 200 whatever it did; only the body tells."""
        return not request.path.startswith(V2_PATH)

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

    def check(self, answer: Answer, signed: Signed | None = None) -> None:
        """By code first: v2 fails with HTTP 200, and the status of v3's limits is not documented."""
        complaint = complaint_of(answer)
        code = complaint.code if complaint else ""
        words: dict[str, Any] = {
            "vendor": self.title,
            "status": answer.status,
            "request_id": answer.request_id,
            "code": code,
        }
        if code in UNPROCESSED:
            raise _unprocessed(code, words)
        if answer.status == 401 and not code and signed and signed.kind == OAUTH:
            raise SessionExpiredError("BILL has ended our access; nothing was done.", **words)
        if answer.status == 404 and not (complaint and (complaint.listed or code)):
            raise RefusedError("BILL does not know the address; the connection's may be wrong.", **words)
        if complaint is None or answer.status >= 500 or answer.status in (408, 429):
            super().check(answer)
            return
        if not code and answer.status in (401, 403):
            super().check(answer)
        said = f": “{complaint.message}”" if complaint.message else "."
        if code in TELLS_NOTHING:
            raise OutcomeUnknownError("BILL gave no usable answer" + said, **words)
        if code in NOT_FOUND or (answer.status == 404 and code not in SAID):
            raise NotFoundError("BILL has no such record" + said, **words)
        more = [f" {why}" for words_in_it, why in VAGUE.items() if words_in_it in complaint.message.lower()]
        raise RefusedError(SAID.get(code, "BILL refused") + said + "".join(more), **words)


def _unprocessed(code: str, words: dict[str, Any]) -> SessionExpiredError | RateLimitedError:
    if code == SESSION_INVALID:
        return SessionExpiredError("BILL has ended our session; nothing was done.", **words)
    if code == CONCURRENT_LIMIT:
        return RateLimitedError("BILL is busy with other calls of ours.", **words)
    wait_s = _until_next_hour_s()
    sentence = "BILL takes no more calls in this hour."
    return RateLimitedError(sentence, retry_after_s=wait_s, until=moment_after(wait_s), **words)


def complaint_of(answer: Answer) -> Complaint | None:
    """The refusal in an answer, None when there is none: v3's array, a gateway's object, or v2's envelope."""
    try:
        data = parse_json(answer.text)
    except ValueError:
        return None
    if _is_envelope(data):
        return complaint_in(data)
    errors = [error for error in (data if isinstance(data, list) else [data]) if isinstance(error, dict)]
    codes = [str(error["code"]) for error in errors if error.get("code")]
    messages = [
        str(told)
        for error in errors
        if (told := error.get("message") or error.get("error_description") or error.get("error"))
    ]
    if answer.status < 400 and not (messages and codes and all(code.startswith("BDC_") for code in codes)):
        return None
    if not errors:
        return None
    return Complaint(codes[0] if codes else "", "; ".join(messages), listed=isinstance(data, list))


def complaint_in(envelope: dict[str, Any]) -> Complaint | None:
    """The refusal in v2's envelope, or in that of one of several records."""
    if envelope["response_status"] == 0:
        return None
    inner = envelope["response_data"] if isinstance(envelope["response_data"], dict) else {}
    return Complaint(str(inner.get("error_code") or ""), str(inner.get("error_message") or ""))


def _is_envelope(data: Any) -> bool:
    return isinstance(data, dict) and "response_status" in data and "response_data" in data


def _until_next_hour_s() -> float:
    now = datetime.now(UTC)
    return 3600.0 - (now.minute * 60 + now.second + now.microsecond / 1_000_000)
