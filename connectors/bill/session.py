"""Signing in to BILL: which kind of session a call needs, and how each is got."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from connectors.dialect import Account, Answer, Line, parse_json
from connectors.errors import BadReplyError, NotConfiguredError, NotTrustedError, RefusedError
from connectors.rates import Gate, Priority
from connectors.requests import FORM, Request, write_form, write_json
from connectors.sharing import Session, session

TITLE = "BILL"
Check = Callable[[Answer], None]  # raises what a refused answer means
V3, V2, TRUSTED, OAUTH = "v3", "v2", "v3 trusted", "oauth"
CREDENTIALS = ("username", "password", "dev_key", "organization_id")
CLIENT = ("client_id", "client_secret")
# BILL ends a session after 35 idle minutes and tells only by refusing the next call; a session nearly as
# old is not worth risking a write on.
IDLE_LIMIT_S = 32 * 60
TOKEN_MARGIN_S = 120
LOGIN = {V3: "/connect/v3/login", TRUSTED: "/connect/v3/login", V2: "/api/v2/Login.json"}
TOKEN = "/authx/token"
NOT_ACCEPTED = {
    "BDC_1101": "BILL does not accept the connection's user name or password (each environment has its own).",
    "BDC_1102": "BILL does not accept the connection's developer key (each environment has its own).",
    "BDC_1103": "BILL says that the connection's developer key is not active.",
    "BDC_1104": "BILL wants its developer terms accepted before the connection can be used.",
    "BDC_1107": "BILL says that the connection's organization is locked.",
    "BDC_1110": "BILL says that the connection's sign-in is locked.",
    "BDC_1111": "BILL knows no active user of the connection's name.",
    "BDC_1123": "BILL does not know the connection's organization.",
}
RENEW = "Somebody who manages connections asks BILL for a code on the Connections page."


def given_by(account: Account) -> dict[str, str]:
    """The organization is no secret: it belongs in the open part of a connection, which approvals cover."""
    return {**account.credentials, **account.injected}


def has_client(account: Account) -> bool:
    return all(account.credentials.get(name) for name in CLIENT)


def mark(account: Account) -> str:
    """Whom BILL counts calls for, in a form that may stand in the open: the developer key or the client."""
    return marked(given_by(account).get("client_id" if has_client(account) else "dev_key", ""))


def marked(credential: str) -> str:
    return sha256(f"countersign {credential}".encode()).hexdigest()[:16]


def spend_token(account: Account) -> str:
    token = account.credentials.get("spend_token", "")
    if not token or not token.isascii() or not token.isprintable():
        raise NotConfiguredError(
            "The connection to BILL lacks its Spend & Expense token. An administrator makes one in BILL Spend"
            " & Expense, under Settings, and adds it to the connection.",
            vendor=TITLE,
        )
    return token


def current(line: Line, kind: str, *, check: Check) -> Session:
    """The session of that kind, after signing in if there is none; whoever asks at the same time shares it.

    Raises NotConfiguredError (a credential is missing, or not accepted), NotTrustedError, RateLimitedError
    (too many sign-ins this hour), and whatever else a sign-in meets.
    """
    request = login_request(line.account, kind)
    timeout_s = line.timeout_s
    return session(
        line.shared,
        kind,
        gate=Gate(f"sign-in {line.account.name} {kind}", 1),
        wait_s=2 * timeout_s,
        lease_s=2 * timeout_s,
        sign_in=lambda: sign_in(line, kind, request, check=check),
    )


def sign_in(line: Line, kind: str, request: Request, *, check: Check) -> Session:
    """A new session.

    The v2 answer also names a host for later calls (`apiEndPoint`); it is not followed, because the address
    that a request goes to is part of what was approved.
    """
    line.await_room(request, Priority.EXECUTING)
    answer = line.exchange(request, {})
    try:
        check(answer)
    except RefusedError as error:
        sentence = NOT_ACCEPTED.get(error.code, f"BILL did not let us sign in. {error.sentence}")
        refusal = NotConfiguredError(
            sentence, vendor=TITLE, status=error.status, request_id=error.request_id, code=error.code
        )
        raise line.redacted(refusal) from None  # it is kept for all who ask
    try:
        return _session_in(parse_json(answer.text), kind)
    except (ValueError, KeyError, TypeError):
        raise BadReplyError(
            "BILL answered the sign-in in a form we cannot read.", vendor=TITLE, status=answer.status
        ) from None


def _session_in(told: Any, kind: str) -> Session:
    if kind == OAUTH:
        lasts_s = float(told["expires_in"]) - TOKEN_MARGIN_S
        return Session(str(told["access_token"]), idle_s=lasts_s, lasts_s=lasts_s)
    if kind == TRUSTED and told["trusted"] is not True:
        raise NotTrustedError(f"BILL's trust in this connection has ended. {RENEW}", vendor=TITLE)
    return Session(str((told["response_data"] if kind == V2 else told)["sessionId"]), idle_s=IDLE_LIMIT_S)


def login_request(account: Account, kind: str) -> Request:
    """Raises NotConfiguredError for a credential that is missing."""
    given = given_by(account)
    if kind == OAUTH:
        fields = {"grant_type": "client_credentials", **{name: given[name] for name in CLIENT}}
        return Request("POST", TOKEN, "", FORM, write_form(fields))
    for name in CREDENTIALS:
        if not given.get(name):
            raise NotConfiguredError(_lacking(name, given), vendor=TITLE)
    if kind == V2:
        return Request("POST", LOGIN[V2], "", FORM, write_form(_v2_fields(given)))
    body = _v3_fields(given)
    if kind == TRUSTED:
        if not given.get("remember_me_id") or not given.get("device"):
            raise NotTrustedError(
                f"BILL wants its second factor for this, and the connection has not passed it. {RENEW}",
                vendor=TITLE,
            )
        body |= {"rememberMeId": given["remember_me_id"], "device": given["device"]}
    return Request("POST", LOGIN[kind], "", "application/json", write_json(body))


def _lacking(name: str, given: Mapping[str, str]) -> str:
    lacking = f"The connection to BILL lacks its {name.replace('_', ' ')}."
    only_client = all(given.get(one) for one in CLIENT)
    return (
        f"{lacking} An OAuth client does not do for this: BILL wants a user's sign-in."
        if only_client
        else lacking
    )


def _v3_fields(given: Mapping[str, str]) -> dict[str, str]:
    """Only here does the developer key travel in the body."""
    return {
        "username": given["username"],
        "password": given["password"],
        "organizationId": given["organization_id"],
        "devKey": given["dev_key"],
    }


def _v2_fields(given: Mapping[str, str]) -> dict[str, str]:
    """The same four values under other names."""
    return {
        "userName": given["username"],
        "password": given["password"],
        "orgId": given["organization_id"],
        "devKey": given["dev_key"],
    }
