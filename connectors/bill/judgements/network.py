"""Connections in the BILL network: asking for one, ending one, and accepting one that is asked of us."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.bill.judgements.common import Raw, made_since, now_text, same_words, step_of
from connectors.errors import NotFoundError, RefusedError
from connectors.judgements import card, only_reference, shown_value, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict

NO_MONEY = Money(None, None, "none")
NOT_CONNECTED = "NOT_CONNECTED"
CONNECTED = {"CONNECTED", "CONNECTED_RPPS"}
SHORTEST_WORD = 3  # BILL looks for whole words of at least three letters
DETAILS = {
    "networkId": "Company in the network",
    "networkType": "Network",
    "rppsInformation": "How the biller knows us",
    "email": "BILL writes to",
}


def companies_named(read: Read, name: str) -> str | None:
    """`companies` in words."""
    rows = companies(read, name)
    return None if rows is None else ", ".join(map(company, rows))


def companies(read: Read, name: str) -> list[Raw] | None:
    """Those of the network that have the name's longest word; None where BILL would not look."""
    word = max(name.replace('"', " ").split(), key=len, default="")
    if len(word) < SHORTEST_WORD:
        return None
    try:
        return list(read("bill_search_network", {"name": word, "scope": "ALL"}))
    except RefusedError:
        return None


def company(row: Raw) -> str:
    place = ", ".join(filter(None, (address.get("city", "") for address in row.get("addresses", ()))))
    return f"{row.get('name', '?')} ({', '.join(filter(None, (row['id'], row.get('type', ''), place)))})"


def connection_status(read: Read, party: str, key: str) -> str:
    try:
        found = read(f"bill_get_{party}_connection", {f"{party}Id": key})
    except NotFoundError:
        return NOT_CONNECTED
    return (found or {}).get("status") or NOT_CONNECTED


def _look(read: Read, party: str, key: str) -> Snapshot:
    record = read(f"bill_get_{party}", {f"{party}Id": key})
    fields = {
        "status": connection_status(read, party, key),
        "is_archived": bool(record.get("archived")),
        "email": record.get("email", ""),
    }
    return Snapshot(party, key, record["name"], record["name"], fields, now_text())


@dataclass(frozen=True)
class Invite:
    """party: "vendor" or "customer", which an earlier step of the same plan may be about to make."""

    operation: str
    party: str

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        key = f"{self.party}Id"
        only_reference(arguments, key)
        if (step := step_of(arguments[key])) is not None:
            title = f"the {self.party} that step {step} makes"
            fields = {"status": NOT_CONNECTED, "is_archived": False, "email": ""}
            return Snapshot(self.party, "", title, title, fields, now_text())
        return _look(read, self.party, arguments[key])

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        to = arguments.get("email") or before.fields["email"] or before.party
        return Expectation(
            sentence=card(self.operation, party=before.party),
            summary=f"BILL asks {before.party} to connect to us and waits up to 60 days. No money moves.",
            money=NO_MONEY,
            goes_to=str(to),
            undo=undo(self.operation),
            changes=(
                Change("Network", str(before.fields["status"]), "PENDING", "expected"),
                *(
                    Change(label, "—", shown_value(arguments[name]), "sent")
                    for name, label in DETAILS.items()
                    if name in arguments
                ),
            ),
            flags=tuple(self._flags(before, str(to))),
        )

    def _flags(self, before: Snapshot, to: str) -> Iterator[Flag]:
        status = before.fields["status"]
        if status in CONNECTED:
            yield Flag("blocked", "Connected already", f"{before.party} is connected to us already.")
        elif status != NOT_CONNECTED:
            detail = f"{before.party} is {status} in BILL; another request may be refused."
            yield Flag("caution", "Asked already", detail)
        yield Flag("caution", f"Mails the {self.party}", f"BILL writes to {to} at once.")
        if before.fields["is_archived"]:
            yield Flag("caution", f"The {self.party} is archived", f"{before.party} is archived in BILL.")

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        before, after = attempt.before, _look(read, self.party, attempt.before.key)
        status, told = after.fields["status"], {"status": after.fields["status"]}
        if status == NOT_CONNECTED:
            return Verdict("absent", f"BILL shows {before.party} as not connected and not asked.", after=told)
        if status == before.fields["status"] and attempt.answer is None:
            return Verdict("cannot_tell", f"BILL showed {before.party} as {status} before.", after=told)
        return Verdict("took", f"BILL shows {before.party} as {status}.", after=told)


@dataclass(frozen=True)
class Disconnect:
    operation: str
    party: str

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        return _look(read, self.party, arguments[f"{self.party}Id"])

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        status = str(before.fields["status"])
        detail = f"BILL refuses while a payment to or from {before.party} is scheduled or on its way."
        flags = (Flag("info", "Only without payments on their way", detail),)
        if status == NOT_CONNECTED:
            flags = (Flag("blocked", "Not connected", f"{before.party} is not connected to us."),)
        return Expectation(
            sentence=card(self.operation, party=before.party),
            summary=f"{before.party} is no longer connected to us in the network. It can be asked again.",
            money=NO_MONEY,
            goes_to=before.party,
            undo=undo(self.operation),
            changes=(Change("Network", status, NOT_CONNECTED, "expected"),),
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        status = connection_status(read, self.party, attempt.before.key)
        took = status == NOT_CONNECTED
        sentence = f"BILL shows {attempt.before.party} as {status}."
        return Verdict("took" if took else "absent", sentence, after={"status": status})


class AcceptInvitation:
    """BILL has no list of the requests that wait: what it was accepted for shows whether it was."""

    operation = "bill_accept_network_invitation"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        party, key = arguments["type"].lower(), arguments.get("id")
        if key:
            found = _look(read, party, key)
            return Snapshot(party, key, found.title, found.party, found.fields, found.read_at)
        name = arguments.get("name") or f"a new {party}"
        return Snapshot(party, "", name, name, {"status": NOT_CONNECTED, "is_archived": False}, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        flags: tuple[Flag, ...] = ()
        if not arguments.get("id"):
            detail = f"BILL adds a {before.kind} for it. One that is there already could be named instead."
            flags = (Flag("caution", f"Another {before.kind}", detail),)
        if before.fields["status"] in CONNECTED:
            flags = (Flag("blocked", "Connected already", f"{before.party} is connected to us already."),)
        return Expectation(
            sentence=card(self.operation, who=before.party, network=arguments["networkId"]),
            summary=f"{before.party} is connected to us in the network; payments then go electronically.",
            money=NO_MONEY,
            goes_to=before.party,
            undo=undo(self.operation),
            changes=(
                Change("Network", str(before.fields["status"]), "CONNECTED", "expected"),
                Change("Company in the network", "—", arguments["networkId"], "sent"),
            ),
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        before, party = attempt.before, attempt.before.kind
        name = attempt.arguments.get("name")
        if before.key:
            status = connection_status(read, party, before.key)
            kind = "took" if status in CONNECTED else "absent"
            return Verdict(kind, f"BILL shows {before.party} as {status}.", after={"status": status})
        made = made_since(read, f"bill_list_{party}s", attempt, known="")
        fits = [row for row in made if not name or same_words(row.get("name", ""), name)]
        joined = [row for row in fits if connection_status(read, party, row["id"]) in CONNECTED]
        if len(joined) == 1:
            return Verdict("took", f"BILL shows {joined[0]['name']} as connected ({joined[0]['id']}).")
        if attempt.answer is not None:
            return Verdict("took", "BILL accepted; it does not show which record it connected.")
        return Verdict("cannot_tell", "BILL does not show whether the request was accepted.")
