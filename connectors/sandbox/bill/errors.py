"""How BILL says no: an array of errors in v3, HTTP 200 with an envelope in v2."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.sandbox.books import Books

# The part of BILL's code table that this sandbox can answer with.
TEXTS = {
    "BDC_1101": "User name and/or password do not match our records.",
    "BDC_1102": "Developer key is invalid.",
    "BDC_1108": "Missing parameter value for parameter: {0}.",
    "BDC_1109": "Session is invalid. Please log in.",
    "BDC_1114": "Invalid entity type: {0}.",
    "BDC_1117": "Missing required data for: {0}.",
    "BDC_1118": "Entity of the operation {0} does not match the one in the data {1}.",
    "BDC_1119": "Invalid field, value: {0}, {1}.",
    "BDC_1120": "No data found.",
    "BDC_1121": "API not supported.",
    "BDC_1122": "Error parsing JSON object.",
    "BDC_1123": "Invalid organization id.",
    "BDC_1129": "Invalid parameter value for parameter, value: {0}, {1}.",
    "BDC_1130": "Invalid list filter field: {0}.",
    "BDC_1131": "Invalid list filter operator: {0}.",
    "BDC_1143": "Invalid device id.",
    "BDC_1144": "Max number of allowed requests per hour reached: {0}.",
    "BDC_1151": "This funding account cannot pay online.",
    "BDC_1152": "The process date {0} is too early.",
    "BDC_1171": "{0} number {1} is already in use.",
    "BDC_1205": "Record not found: {0}.",
    "BDC_1322": "Max number of concurrent requests per organization reached",
    "BDC_1356": "The MFA token has expired.",
    "BDC_1358": "Too many invalid MFA attempts.",
    "BDC_1361": "MFA is required: this operation needs a trusted session.",
}


@dataclass(frozen=True)
class Complaint:
    message: str
    code: str | None = None
    category: str = "REQUEST"


class Refusal(Exception):
    """One request refused; nothing was stored. then: what the refusal itself leaves in the books."""

    then: Callable[[Books], None] | None = None

    def __init__(self, status: int, *complaints: Complaint) -> None:
        super().__init__(complaints[0].message)
        self.status = status
        self.complaints = complaints


def refusal(status: int, code: str, *names: str, category: str = "APPLICATION") -> Refusal:
    return Refusal(status, Complaint(TEXTS[code].format(*names), code, category))


def invalid(*messages: str) -> Refusal:
    """Field errors carry no code, and one answer lists them all."""
    return Refusal(400, *(Complaint(message) for message in messages))


def v3_body(no: Refusal, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "timestamp": v3_time(now),
            **({"code": complaint.code} if complaint.code else {}),
            "severity": "ERROR",
            "category": complaint.category,
            "message": complaint.message,
        }
        for complaint in no.complaints
    ]


def v2_body(no: Refusal) -> dict[str, Any]:
    first = no.complaints[0]
    return {
        "response_status": 1,
        "response_message": "Error",
        "response_data": {"error_code": first.code or "BDC_1119", "error_message": first.message},
    }


def v3_time(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds")
