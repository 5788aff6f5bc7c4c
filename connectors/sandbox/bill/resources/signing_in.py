"""Signing in and out, and what a session is."""

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import sessions
from connectors.sandbox.bill.checks import Check
from connectors.sandbox.bill.ways import Way, parsed
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call


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
    )
    shown = {name: session[name] for name in ("sessionId", "organizationId", "userId")}
    return JSONResponse(shown | {"trusted": False})


def _session(books: Books, call: Call) -> Response:
    session = books.get("session", call.headers["sessionId"])
    assert session is not None, "the endpoint used it a moment ago"
    shown = {name: session[name] for name in ("organizationId", "userId")}
    return JSONResponse(shown | {"mfaStatus": "DISABLED", "mfaBypass": False})


def _log_out(books: Books, call: Call) -> Response:
    sessions.sign_out(books, call.headers["sessionId"])
    return Response(status_code=200)


WAYS = (
    Way("POST", "/login", "login", _log_in, {"credentials": None, "ledgered": False}),
    Way("GET", "/login/session", "get_session", _session),
    Way("POST", "/logout", "logout", _log_out, {"ledgered": False}),
)
