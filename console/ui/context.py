"""What the frame around every page shows; the database is asked only when a template asks."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.http import HttpRequest

from connectors.registry import connector
from console.accounts.models import Person
from console.approvals.queries import count_for
from console.connections.models import Connection
from console.mirror.answers import last_read, oldest
from console.ui import statuses

THEMES = ("system", "light", "dark")
THEME_COOKIE = "theme"


@dataclass(frozen=True)
class Item:
    name: str
    label: str
    icon: str
    route: str
    right: str = ""


@dataclass(frozen=True)
class Section:
    heading: str
    items: tuple[Item, ...]


SECTIONS = (
    Section(
        "",
        (
            Item("home", "Home", "home", "overview:home"),
            Item("approvals", "Approvals", "inbox", "approvals:inbox"),
            Item("chat", "Chat", "message-2", "agent:chat-list"),
            Item("cash_flow", "Cash flow", "calendar-due", "overview:cash_flow"),
        ),
    ),
    Section(
        "Receivables",
        (
            Item("customers", "Customers", "users", "mirror:customer-list"),
            Item("subscriptions", "Subscriptions", "repeat", "mirror:subscription-list"),
            Item("invoices", "Invoices", "file-invoice", "mirror:invoice-list"),
            Item("usages", "Usage", "coins", "mirror:usage-list"),
            Item("credit_notes", "Credit notes", "receipt-refund", "mirror:credit_note-list"),
            Item("products", "Products", "package", "mirror:product-list"),
        ),
    ),
    Section(
        "Payables",
        (
            Item("vendors", "Vendors", "building-store", "mirror:vendor-list"),
            Item("bills", "Bills", "receipt", "mirror:bill-list"),
            Item("payments", "Payments", "cash", "mirror:payment-list"),
        ),
    ),
    Section(
        "Spend",
        (
            Item("budgets", "Budgets", "coins", "mirror:budget-list"),
            Item("spend_cards", "Cards", "credit-card", "mirror:spend_card-list"),
        ),
    ),
    Section(
        "Control",
        (
            Item("audit", "Audit log", "history", "audit:log", right="audit.read"),
            Item("connections", "Connections", "plug-connected", "connections:list"),
        ),
    ),
)
UNDER = {
    "plan": "products",
    "vendor_credit": "bills",
    "received_payment": "invoices",
    "credit_memo": "credit_notes",
}  # kinds without a nav item of their own
APPS = {
    "overview": "home",
    "approvals": "approvals",
    "imports": "customers",
    "agent": "chat",
    "audit": "audit",
    "connections": "connections",
    "mcp": "connections",
}


@dataclass(frozen=True)
class Source:
    """A connection as the frame shows it."""

    name: str
    is_sandbox: bool
    read_at: datetime | None

    @property
    def tone(self) -> str:
        return statuses.freshness_pill(self.read_at).tone


class Shell:
    def __init__(self, person: Person, route: str) -> None:
        self.person = person
        self.current = current_item(route)

    @cached_property
    def sections(self) -> list[Section]:
        return [Section(section.heading, tuple(filter(self.may_see, section.items))) for section in SECTIONS]

    def may_see(self, item: Item) -> bool:
        return not item.right or self.person.has_perm(item.right)

    @cached_property
    def role(self) -> str:
        return self.person.role

    @cached_property
    def sources(self) -> list[Source]:
        return sources()

    @property
    def is_sandbox(self) -> bool:
        return any(source.is_sandbox for source in self.sources)

    @cached_property
    def waiting(self) -> int:
        return count_for(self.person)


def shell(request: HttpRequest) -> dict:
    """Context processor: `shell`, only for who is signed in, and the theme."""
    choice = request.COOKIES.get(THEME_COOKIE)
    choice = choice if choice in THEMES else "system"
    context = {"theme_choice": choice, "theme": "dark" if choice == "dark" else "light"}
    if getattr(request, "user", None) and request.user.is_authenticated:
        match = request.resolver_match
        context["shell"] = Shell(request.user, match.view_name if match else "")
    return context


def current_item(route: str) -> str:
    """The nav item of a route: `mirror:invoice-detail` belongs to "invoices", a plan to its products."""
    namespace, _, name = route.rpartition(":")
    if name == "cash_flow":
        return name
    kind = name.split("-")[0]
    if namespace == "mirror":
        return UNDER.get(kind, f"{kind}s")
    return APPS.get(namespace, "")


def sources() -> list[Source]:
    """Every connection with the age of its oldest kind of record: one late kind makes the whole late."""
    moments = last_read()
    return [
        Source(connection.name, connection.is_sandbox, oldest(map(moments.get, parts(connection))))
        for connection in Connection.objects.only("name", "connector", "is_sandbox")
    ]


def parts(connection: Connection) -> list[tuple[int, str]]:
    """Everything that is always read from a connection, as `last_read` names it."""
    streams = connector(connection.connector).streams
    return [(connection.pk, stream.kind) for stream in streams if not stream.needs]
