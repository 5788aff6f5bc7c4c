"""What is new at BILL: whose it is, or what it is called, is asked before its form."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from console.connections.models import Connection
from console.mirror.actions import Action
from console.mirror.models import Bill, Budget, Customer, Invoice, Record, Vendor
from console.mirror.models.records import Party
from console.mirror.offers import ACTIONS
from console.mirror.offers.common import ARCHIVED

SHOWN = 20


@dataclass(frozen=True)
class Beginning:
    """A new record of a party's, which is chosen first.

    party: whose it is. route: the form on the party's page.
    """

    title: str
    question: str
    party: type[Party]
    route: str

    @property
    def action(self) -> Action:
        return ACTIONS[self.route]

    def found(self, text: str) -> list[Party]:
        """Parties at BILL whose name or e-mail has this text, by name."""
        rows = self.party.objects.matching(text).filter(connection__connector="bill")
        return list(rows.exclude(status=ARCHIVED).light().order_by("name", "pk")[:SHOWN])


NEW_BILL = Beginning("New bill", "From which vendor?", Vendor, "vendor-enter-bill")
NEW_INVOICE = Beginning("New invoice", "For which customer?", Customer, "customer-make-invoice")
# By list: what its button says, and where it leads.
NEW: Mapping[type[Record], tuple[str, str]] = {
    Vendor: ("New vendor…", "mirror:vendor-new"),
    Bill: ("New bill…", "mirror:bill-new"),
    Invoice: ("New invoice…", "mirror:invoice-new"),
    Budget: ("New budget…", "mirror:budget-new"),
}


def button(model: type[Record]) -> dict[str, str]:
    """The button of a list by which something new begins; none without an account at BILL."""
    if model not in NEW or not Connection.objects.filter(connector="bill").exists():
        return {}
    label, route = NEW[model]
    return {"label": label, "url": reverse(route)}
