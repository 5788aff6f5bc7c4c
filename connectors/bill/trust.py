"""BILL's second factor: a code on a person's phone, after which sign-ins from this device are trusted."""

from secrets import token_hex
from typing import Any

from connectors.bill.session import TITLE
from connectors.errors import BadReplyError
from connectors.rates import Priority
from connectors.requests import Request, write_json
from connectors.transport import Client

REMEMBERED_DAYS = 30
MACHINE = "Countersign"


def send_code(client: Client) -> str:
    """Let BILL send a code to the phone of the connection's user; the id of what it answers."""
    return _told(client, "/connect/v3/mfa/challenge", {"useBackup": False}, "challengeId")


def enter_code(client: Client, challenge_id: str, code: str) -> dict[str, str]:
    """Credentials that make sign-ins trusted for REMEMBERED_DAYS. Raises RefusedError for a wrong code."""
    device = f"countersign-{token_hex(3)}"  # BILL refuses long ones
    body = {
        "challengeId": challenge_id,
        "token": code,
        "device": device,
        "machineName": MACHINE,
        "rememberMe": True,
    }
    remembered = _told(client, "/connect/v3/mfa/challenge/validate", body, "rememberMeId")
    return {"remember_me_id": remembered, "device": device}


def _told(client: Client, path: str, body: dict[str, Any], name: str) -> str:
    request = Request("POST", path, "", "application/json", write_json(body))
    client.await_room(request, Priority.PERSON)
    _, data = client.signed_exchange(request, priority=Priority.PERSON)
    if not isinstance(data, dict) or not isinstance(data.get(name), str):
        raise BadReplyError("BILL answered in a form we do not know.", vendor=TITLE)
    return data[name]
