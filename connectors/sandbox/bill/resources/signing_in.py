"""Signing in to BILL v3: sessions, the second factor with its remembered devices, and OAuth tokens."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import sessions
from connectors.sandbox.bill.checks import Check
from connectors.sandbox.bill.endpoint import answered, parse_form, v3_denial
from connectors.sandbox.bill.errors import Refusal, invalid, refusal, v3_time
from connectors.sandbox.bill.ways import Way, parsed
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

LONGEST_DEVICE = 36
CODE_LASTS = timedelta(minutes=10)
WRONG_CODES = 5
REMEMBERED = timedelta(days=30)
TOKEN_LASTS_S = 3600


def _log_in(books: Books, call: Call) -> Response:
    given = parsed(call.body)
    check = Check(given)
    for name in ("username", "password", "organizationId", "devKey"):
        check.text(name, required=True)
    check.finish()
    session = sessions.sign_in(
        books,
        username=given["username"],
        password=given["password"],
        dev_key=given["devKey"],
        organization=given["organizationId"],
        trusted=_is_remembered(books, given),
    )
    shown = ("sessionId", "organizationId", "userId", "trusted")
    return JSONResponse({name: session[name] for name in shown})


def _session(books: Books, call: Call) -> Response:
    session = _session_of(books, call)
    shown = {name: session[name] for name in ("organizationId", "userId")}
    status = "COMPLETE" if session["trusted"] else "DISABLED"
    return JSONResponse(shown | {"mfaStatus": status, "mfaBypass": False})


def _log_out(books: Books, call: Call) -> Response:
    sessions.sign_out(books, call.headers["sessionId"])
    return Response(status_code=200)


def _challenge(books: Books, call: Call) -> Outcome:
    parsed(call.body)
    return _sent(books, "mfa_challenge", "challengeId", {})


def _validate(books: Books, call: Call) -> Outcome:
    """Whoever has the code makes his own session trusted: the challenge belongs to no session."""
    given = parsed(call.body)
    check = Check(given)
    for name in ("challengeId", "token"):
        check.text(name, required=True)
    check.finish()
    device = given.get("device")
    if given.get("rememberMe") and (not isinstance(device, str) or not 0 < len(device) <= LONGEST_DEVICE):
        raise refusal(400, "BDC_1143")
    if no := _no_to_code(books, "mfa_challenge", given["challengeId"], given["token"]):
        return no
    _trust(books, call)
    if not given.get("rememberMe"):
        return Outcome(JSONResponse({}), record=given["challengeId"])
    key = "rm" + secrets.token_hex(12)
    books.put("remembered", key, {"id": key, "device": device, "until": v3_time(books.now + REMEMBERED)})
    return Outcome(JSONResponse({"rememberMeId": key}), record=given["challengeId"])


def _phones(_books: Books, _call: Call) -> Response:
    return JSONResponse({"results": [{"type": "TEXT", "last4digits": "0134", "primary": True}]})


def _set_up(books: Books, call: Call) -> Outcome:
    given = parsed(call.body)
    check = Check(given)
    check.text("phone", required=True)
    check.one_of("type", ["TEXT"])
    check.finish()
    if given.get("primary") is not True:
        raise invalid("primary: must be true")
    return _sent(books, "mfa_setup", "setupId", {"phone": given["phone"]})


def _validate_set_up(books: Books, call: Call) -> Outcome:
    given = parsed(call.body)
    check = Check(given)
    for name in ("setupId", "token"):
        check.text(name, required=True)
    check.finish()
    no = _no_to_code(books, "mfa_setup", given["setupId"], given["token"])
    return no or Outcome(JSONResponse({"status": "SUCCESS"}), record=given["setupId"])


def _step_up(books: Books, call: Call) -> Outcome:
    is_remembered = _is_remembered(books, parsed(call.body))
    if is_remembered:
        _trust(books, call)
    answer = JSONResponse({"trusted": is_remembered})
    return Outcome(answer, record=_session_of(books, call)["sessionId"], took=is_remembered)


def _token(books: Books, call: Call) -> Response:
    """Client credentials only, and only where the setting says that BILL offers them."""
    if not books.setting("bill_oauth"):
        raise refusal(404, "BDC_1121")
    form = parse_form(call)
    if form.get("grant_type") != "client_credentials":
        return JSONResponse({"error": "unsupported_grant_type"}, 400)
    if (form.get("client_id"), form.get("client_secret")) != sessions.OAUTH_CLIENT:
        return JSONResponse({"error": "invalid_client"}, 401)
    key = secrets.token_urlsafe(24)
    until = books.now + timedelta(seconds=TOKEN_LASTS_S)
    books.put("token", key, {"id": key, "until": v3_time(until)})
    return JSONResponse({"access_token": key, "token_type": "Bearer", "expires_in": TOKEN_LASTS_S})


def _sent(books: Books, kind: str, name: str, more: Mapping[str, Any]) -> Outcome:
    """A code on its way to a phone."""
    key = secrets.token_hex(10)
    record = {"id": key, "until": v3_time(books.now + CODE_LASTS), "wrong": 0, **more}
    books.put(kind, key, record)
    return answered(record, {name: key}, status=200)


def _no_to_code(books: Books, kind: str, key: str, code: str) -> Outcome | None:
    """The answer to a code that does not do; counted, so it is answered and not raised."""
    no = _wrong(books, kind, key, code)
    return Outcome(v3_denial(no, books), record=key, took=False) if no else None


def _wrong(books: Books, kind: str, key: str, code: str) -> Refusal | None:
    record = books.get(kind, key)
    if record is None or datetime.fromisoformat(record["until"]) < books.now:
        return refusal(400, "BDC_1356")
    if record["wrong"] >= WRONG_CODES:
        return refusal(400, "BDC_1358")
    if code != books.setting("bill_mfa_code"):
        books.put(kind, key, record | {"wrong": record["wrong"] + 1})
        return invalid("token: is not the code that was sent")
    books.remove(kind, key)
    return None


def _is_remembered(books: Books, given: Mapping[str, Any]) -> bool:
    found = books.get("remembered", str(given.get("rememberMeId", "")))
    if found is None or found["device"] != given.get("device"):
        return False
    return datetime.fromisoformat(found["until"]) > books.now


def _trust(books: Books, call: Call) -> None:
    session = _session_of(books, call)
    books.put("session", session["sessionId"], session | {"trusted": True})


def _session_of(books: Books, call: Call) -> dict[str, Any]:
    session = books.get("session", call.headers.get("sessionId", ""))
    if session is None:
        raise refusal(401, "BDC_1109")  # a token has no session
    return session


OPEN = {"credentials": None, "ledgered": False}
WAYS = (
    Way("POST", "/login", "login", _log_in, OPEN),
    Way("GET", "/login/session", "get_session", _session),
    Way("POST", "/logout", "logout", _log_out, {"ledgered": False}),
    Way("POST", "/mfa/challenge", "create_mfa_challenge", _challenge),
    Way("POST", "/mfa/challenge/validate", "validate_mfa_challenge", _validate),
    Way("GET", "/mfa/phones", "list_mfa_phones", _phones),
    Way("POST", "/mfa/setup", "create_mfa_setup", _set_up),
    Way("POST", "/mfa/setup/validate", "validate_mfa_setup", _validate_set_up),
    Way("POST", "/mfa/step-up", "step_up_session", _step_up),
    Way("POST", "/authx/token", "token", _token, OPEN, base=""),
)
