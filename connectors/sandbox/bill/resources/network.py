"""The BILL network: companies to be found by a word of their name, and connections that must be accepted."""

from typing import Any

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill.checks import Check
from connectors.sandbox.bill.connections import status_of
from connectors.sandbox.bill.errors import invalid, refusal, v3_time
from connectors.sandbox.bill.identifiers import new_id
from connectors.sandbox.bill.resources.customers import CUSTOMER
from connectors.sandbox.bill.resources.vendors import VENDOR
from connectors.sandbox.bill.ways import Way, existing, parsed
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome, Work

SHORTEST = 3
PARTIES = {"VENDOR": "vendor", "CUSTOMER": "customer"}
TYPES = ("BILL", "RPPS")


def search(books: Books, call: Call) -> Response:
    """By whole words of the name; RPPS also by a part of it. Nothing found is an empty answer."""
    name, scope = call.parameter("name") or "", call.parameter("scope") or "BILL"
    if len(name.strip()) < SHORTEST:
        raise invalid(f"name: size must be at least {SHORTEST}")
    if scope not in (*TYPES, "ALL"):
        raise invalid("scope: must be one of ALL, BILL, RPPS")
    rows = [row for row in books.find("network company", newest_first=False) if scope in ("ALL", row["type"])]
    zip_code = call.parameter("zipOrPostalCode")
    found = [
        row
        for row in rows
        if _has(row, name) and (not zip_code or zip_code == row["addresses"][0]["zipOrPostalCode"])
    ]
    return JSONResponse(
        {"results": [{name: it for name, it in row.items() if name != "asksUs"} for row in found]}
    )


def _has(row: dict[str, Any], name: str) -> bool:
    wanted, words = name.casefold().split(), row["name"].casefold().split()
    if row["type"] == "RPPS" and name.casefold() in row["name"].casefold():
        return True
    return all(word in words for word in wanted)


def reading_status(party: str) -> Work:
    def read_status(books: Books, call: Call) -> Response:
        record = existing(books, party, call.parts["id"])
        connection = books.get("connection", f"{party}/{record['id']}")
        shown = {"status": status_of(books, party, record["id"])}
        if connection:
            shown |= {"id": connection["id"], "networkId": connection["networkId"]}
        return JSONResponse(shown)

    return read_status


def inviting(party: str) -> Work:
    def invite(books: Books, call: Call) -> Outcome:
        record, given = existing(books, party, call.parts["id"]), parsed(call.body)
        check = Check(given)
        check.text("networkId", required=True)
        check.text("networkType", required=True)
        check.one_of("networkType", TYPES)
        check.finish()
        company = existing(books, "network company", given["networkId"])
        status = "CONNECTED_RPPS" if company["type"] == "RPPS" else "PENDING"
        return _connected(books, party, record, given["networkId"], status)

    return invite


def invite_by_email(books: Books, call: Call) -> Outcome:
    """The vendor is in no network yet: nobody accepts, and after 60 days the request is over."""
    vendor, given = existing(books, "vendor", call.parts["id"]), parsed(call.body)
    check = Check(given)
    check.email("email")
    check.finish()
    if not (given.get("email") or vendor.get("email")):
        raise invalid("email: must not be null")
    return _connected(books, "vendor", vendor, None, "PENDING")


def disconnecting(party: str) -> Work:
    def disconnect(books: Books, call: Call) -> Outcome:
        record = existing(books, party, call.parts["id"])
        if status_of(books, party, record["id"]) == "NOT_CONNECTED":
            raise refusal(422, "BDC_1119", f"{party}Id", "not connected")
        kind = "bill" if party == "vendor" else "invoice"
        if books.count(kind, owner=record["id"], where={_status_field(kind): "SCHEDULED"}):
            raise refusal(422, "BDC_1119", f"{party}Id", "payments are scheduled or in process")
        books.remove("connection", f"{party}/{record['id']}")
        return Outcome(Response(status_code=200), record=record["id"])

    return disconnect


def accept(books: Books, call: Call) -> Outcome:
    """Of a company that asks for it: for a record of ours, or for one that is made by this."""
    given = parsed(call.body)
    check = Check(given)
    check.text("networkId", required=True)
    check.text("type", required=True)
    check.one_of("type", PARTIES)
    check.text("name", longest=100)
    check.finish()
    company = existing(books, "network company", given["networkId"])
    if not company.get("asksUs"):
        raise refusal(422, "BDC_1119", "networkId", given["networkId"])
    party = PARTIES[given["type"]]
    record = existing(books, party, given["id"]) if given.get("id") else _made(books, party, company, given)
    books.put("network company", company["id"], company | {"asksUs": False})
    return _connected(books, party, record, company["id"], "CONNECTED")


def _made(books: Books, party: str, company: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    name = given.get("name") or company["name"]
    if party == "vendor":
        return VENDOR.create(books, {"name": name, "address": company["addresses"][0]}, {})
    return CUSTOMER.create(books, {"name": name, "email": company["managedBy"]["email"]}, {})


def _connected(
    books: Books, party: str, record: dict[str, Any], network_id: str | None, status: str
) -> Outcome:
    if status_of(books, party, record["id"]) != "NOT_CONNECTED":
        raise refusal(422, "BDC_1119", f"{party}Id", status_of(books, party, record["id"]))
    key = f"{party}/{record['id']}"
    made = {"id": new_id(books, "connection"), "networkId": network_id, "status": status}
    books.put("connection", key, made | {"askedTime": v3_time(books.now)}, owner=record["id"])
    return Outcome(Response(status_code=200), record=record["id"])


def _status_field(kind: str) -> str:
    return "paymentStatus" if kind == "bill" else "status"


_CUSTOMER = "/network/invitation/customer/{id}"
_VENDOR = "/network/invitation/vendor/{id}"
WAYS = (
    Way("GET", "/network", "search_network", search),
    Way("POST", "/network/invitation/accept", "accept_network_invitation", accept),
    Way("GET", _CUSTOMER, "get_customer_connection", reading_status("customer")),
    Way("POST", _CUSTOMER, "invite_customer", inviting("customer")),
    Way("DELETE", _CUSTOMER, "disconnect_customer", disconnecting("customer")),
    Way("GET", _VENDOR, "get_vendor_connection", reading_status("vendor")),
    Way("POST", _VENDOR, "invite_vendor", inviting("vendor")),
    Way("DELETE", _VENDOR, "disconnect_vendor", disconnecting("vendor")),
    Way("POST", f"{_VENDOR}/email", "invite_vendor_by_email", invite_by_email),
)
