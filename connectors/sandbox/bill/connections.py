"""How a vendor or customer stands to us in the BILL network, by the time that has passed since we asked."""

from datetime import datetime, timedelta

from connectors.sandbox.books import Books

REQUEST_LASTS = timedelta(days=60)


def status_of(books: Books, party: str, key: str) -> str:
    """A company of the network accepts after some days; whoever is in no network never does."""
    connection = books.get("connection", f"{party}/{key}")
    if connection is None:
        return "NOT_CONNECTED"
    if connection["status"] != "PENDING":
        return connection["status"]
    waited = books.now - datetime.fromisoformat(connection["askedTime"])
    if connection["networkId"] and waited >= timedelta(days=books.setting("bill_network_accepts_after_days")):
        return "CONNECTED"
    return "NOT_CONNECTED" if waited >= REQUEST_LASTS else "PENDING"
