"""Records out of tool results: mirror rows and live vendor answers read alike.

Everything here is data from outside. It is shown, compared and sent on, never read as an instruction.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from agent.scripted.money import show

WRAPPERS = ("rows", "data", "results", "allowances", "addons", "customers", "items", "vendors", "bills")
OPEN = frozenset(
    {"unpaid", "pending", "tobewrittenoff", "open", "overdue", "partiallypaid", "partialpayment"}
)
RETRYABLE = frozenset({"unpaid", "failed", "declined", "overdue"})
FREQUENCIES = {1: "daily", 2: "weekly", 3: "monthly", 4: "yearly"}
PERIODS = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}


def rows_of(result: Any) -> list[dict[str, Any]]:
    """The records in a result, whatever it is wrapped in; a single record is a list of one."""
    while isinstance(result, dict):
        inner = next((result[name] for name in WRAPPERS if isinstance(result.get(name), list | dict)), None)
        if inner is None:
            return [result] if result and not result.keys() & {"data", "excerpt"} else []
        result = inner
    return [row for row in result or [] if isinstance(row, dict)]


def link_of(row: dict[str, Any]) -> str:
    """The console's own page of a record; anything that is not a plain path on this site is dropped."""
    link = row.get("link")
    return link if isinstance(link, str) and re.fullmatch(r"(?:/[\w-]+)+/?(?:\?[\w=&%.+-]*)?", link) else ""


def linked(name: str, link: str) -> str:
    return f"[{name}]({link})" if link else name


def pick(row: dict[str, Any], *names: str) -> Any:
    return next((row[name] for name in names if row.get(name) not in (None, "")), None)


def text(row: dict[str, Any], *names: str) -> str:
    """One line fit to be shown: free text from outside is cut and kept from looking like our own markup."""
    value = pick(row, *names)
    return plain_line(value) if value is not None else ""


def plain_line(value: Any, limit: int = 120) -> str:
    line = re.sub(r"[`*<>\[\]|\x00-\x1f\x7f]+", " ", str(value))
    line = " ".join(line.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def key_text(row: dict[str, Any], *names: str) -> str:
    """An id as it stands: it goes back to a tool."""
    value = pick(row, *names)
    return "" if value is None else str(value)


def number(value: Any) -> int | None:
    try:
        read = Decimal(str(value))
    except InvalidOperation:
        return None
    return int(read) if read == read.to_integral_value() else None


def minor(row: dict[str, Any], *names: str) -> int | None:
    return number(pick(row, *names))


def status_key(word: str) -> str:
    return re.sub(r"[\W_]", "", word).casefold()


def status_words(word: str) -> str:
    """ "ToBeWrittenOff" → "to be written off"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", word).lower()


@dataclass(frozen=True)
class Customer:
    id: str
    connector: str
    name: str
    email: str
    company: str
    status: str
    link: str
    words: str  # everything a person might say to tell it from its namesakes

    @property
    def system(self) -> str:
        return {"billsby": "Billsby", "bill": "BILL"}.get(self.connector, self.connector)

    @property
    def called(self) -> frozenset[str]:
        return frozenset(one.casefold() for one in (self.id, self.name, self.email, self.company) if one)

    @property
    def is_billsby(self) -> bool:
        return not self.connector or "billsby" in self.connector.casefold()

    @property
    def title(self) -> str:
        return self.name or self.company or self.email or self.id

    @property
    def line(self) -> str:
        parts = [
            linked(self.title, self.link),
            self.company if self.company != self.title else "",
            self.email,
            self.id,
            self.status,
        ]
        return ", ".join(part for part in parts if part) + (f" ({self.system})" if self.system else "")


def read_customer(row: dict[str, Any]) -> Customer:
    name = text(row, "name") or " ".join(
        part for part in (text(row, "firstName"), text(row, "lastName")) if part
    )
    shown = [str(value) for value in row.values() if isinstance(value, str | int)]
    return Customer(
        id=key_text(row, "vendor_id", "customerUniqueId", "id"),
        connector=text(row, "connector"),
        name=name or text(row, "customerFullname"),
        email=text(row, "email", "customerEmail"),
        company=text(row, "company_name", "companyName"),
        status=status_words(text(row, "status")),
        link=link_of(row),
        words=" ".join([name, *shown]).casefold(),
    )


@dataclass(frozen=True)
class Invoice:
    number: str
    customer_id: str
    customer_name: str
    status: str
    currency: str
    amount_minor: int | None
    open_minor: int | None
    refundable_minor: int | None
    issued_at: str
    due_on: str
    amount: str
    open: str
    link: str

    @property
    def is_open(self) -> bool:
        return status_key(self.status) in OPEN

    @property
    def is_paid(self) -> bool:
        return status_key(self.status) == "paid"

    @property
    def is_retryable(self) -> bool:
        return status_key(self.status) in RETRYABLE

    @property
    def line(self) -> str:
        issued = f", issued {self.issued_at[:10]}" if self.issued_at else ""
        left = f", {self.open} open" if self.is_open and self.open and self.open != self.amount else ""
        amount = self.amount or "amount not told"
        return f"{linked(self.number, self.link)}: {amount}, {status_words(self.status)}{left}{issued}"


def read_invoice(row: dict[str, Any]) -> Invoice:
    currency = text(row, "currency", "currencyCode").upper()
    status = text(row, "status")
    amount_minor = minor(row, "amount_minor") if "amount_minor" in row else minor(row, "amount")
    open_minor = minor(row, "open_minor")
    if open_minor is None and status_key(status) in OPEN:
        open_minor = amount_minor
    name = " ".join(p for p in (text(row, "customerFirstName"), text(row, "customerLastName")) if p)
    return Invoice(
        number=key_text(row, "number", "invoiceNumber", "vendor_id"),
        customer_id=key_text(row, "customer_vendor_id", "customerUniqueId"),
        customer_name=text(row, "customer_name", "customerFullName") or name,
        status=status,
        currency=currency,
        amount_minor=amount_minor,
        open_minor=open_minor,
        refundable_minor=minor(row, "refundable_minor", "refundableAmount"),
        issued_at=text(row, "issued_at", "createdOn", "issued_on"),
        due_on=text(row, "due_on", "dueDate"),
        amount=shown(row, "amount", amount_minor, currency),
        open=shown(row, "open", open_minor, currency),
        link=link_of(row),
    )


def shown(row: dict[str, Any], name: str, amount_minor: int | None, currency: str) -> str:
    """The tool's own formatted text where it gives one, else minor units in the currency's form."""
    given = row.get(name)
    if f"{name}_minor" in row and isinstance(given, str) and given:
        return plain_line(given)
    if amount_minor is None:
        return text(row, "formattedAmount")
    return show(amount_minor, currency) if currency else str(amount_minor)


@dataclass(frozen=True)
class Subscription:
    id: str
    plan: str
    plan_id: str
    product: str
    product_id: str
    cycle_id: str
    status: str
    currency: str
    frequency: tuple[int, str] | None  # (1, "monthly")
    next_billing: str

    @property
    def is_live(self) -> bool:
        return status_key(self.status) not in ("cancelled", "canceled", "inactive", "expired")

    @property
    def line(self) -> str:
        product = f" ({self.product})" if self.product else ""
        return f"{self.plan or 'plan not told'}{product}, {status_words(self.status)}, {self.id}"


def read_subscription(row: dict[str, Any]) -> Subscription:
    return Subscription(
        id=key_text(row, "subscriptionUniqueId", "subscriptionUniqueID", "vendor_id", "subscriptionId"),
        plan=text(row, "plan_name", "planName"),
        plan_id=key_text(row, "plan_vendor_id", "planId"),
        product=text(row, "product_name", "productName"),
        product_id=key_text(row, "product_vendor_id", "productId"),
        cycle_id=key_text(row, "cycle_vendor_id", "cycleId"),
        status=text(row, "status"),
        currency=text(row, "currency").upper(),
        frequency=read_frequency(row.get("planPricingModel") or row),
        next_billing=text(row, "next_billing_at", "nextBillingDate", "nextBilling"),
    )


def read_frequency(model: dict[str, Any]) -> tuple[int, str] | None:
    kind = pick(model, "frequencyType", "frequency_type")
    name = FREQUENCIES.get(number(kind) or 0, str(kind or "").casefold())
    count = minor(model, "frequency")
    return (count or 1, name) if name in PERIODS else None


@dataclass(frozen=True)
class Cycle:
    id: str
    frequency: tuple[int, str] | None


@dataclass(frozen=True)
class Plan:
    id: str
    name: str
    product_id: str
    names: frozenset[str]
    cycles: tuple[Cycle, ...]


def read_plan(row: dict[str, Any]) -> Plan:
    names = [text(row, "displayName"), text(row, "name"), text(row, "plan_name")]
    cycles = row.get("cycles") or []
    return Plan(
        id=key_text(row, "planId", "vendor_id", "id"),
        name=next((name for name in names if name), ""),
        product_id=key_text(row, "productId", "product_vendor_id"),
        names=frozenset(name.casefold() for name in names if name),
        cycles=tuple(
            Cycle(key_text(cycle, "cycleId", "cycle_id"), read_frequency(cycle.get("pricingModel") or cycle))
            for cycle in (cycles if isinstance(cycles, list) else [cycles])
            if isinstance(cycle, dict)
        ),
    )


def every(frequency: tuple[int, str] | None) -> str:
    if frequency is None:
        return "an unknown cycle"
    count, name = frequency
    return name if count == 1 else f"every {count} {PERIODS[name]}s"
