"""Halden Labs' books at BILL: customers and what they owe, vendors and what is owed to them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from connectors.sandbox.bill import names, resources
from connectors.sandbox.bill.errors import v3_time
from connectors.sandbox.bill.identifiers import new_id
from connectors.sandbox.bill.sessions import APPROVER_ID, ORGANIZATION, USER_ID, remember_device
from connectors.sandbox.bill.shapes import COUNTRY_NAMES
from connectors.sandbox.books import Books
from connectors.sandbox.core import Core

COUNTRIES = {"USD": ("US",), "EUR": ("DE", "NL", "IE"), "GBP": ("GB",)}
# Days from today to the due date, by the invoice's turn; every ten invoices have all of these.
DUE_IN_DAYS = (
    (-45, -5),
    (-30, -1),
    (-58, -20),
    (-200, -95),
    (-89, -62),
    (-50, -3),
    (1, 12),
    (5, 30),
    (10, 44),
    (-20, 25),
)
SERVICES = (
    "Platform subscription",
    "Implementation services",
    "Priority support",
    "Training day",
    "Data migration",
    "Additional seats",
    "Usage above plan",
)
PURCHASES = ("Monthly service", "Materials", "Call-out", "Annual licence", "Delivery", "Consulting hours")
BILLERS = ("Harborlight Power & Water", "Meridian Gas Company")  # of RPPS, the network of large billers
# Approval, payment and the part paid (of 4), by the bill's turn.
BILL_STATES = (
    ("UNASSIGNED", "UNPAID", 0),
    ("APPROVED", "PAID", 4),
    ("ASSIGNED", "UNPAID", 0),
    ("APPROVED", "SCHEDULED", 0),
    ("APPROVING", "UNPAID", 0),
    ("APPROVED", "UNPAID", 0),
    ("APPROVED", "PARTIAL", 1),
    ("DENIED", "UNPAID", 0),
)


def seed(core: Core, seed: int, customers: int) -> None:
    """`customers` is the size of the whole sandbox; BILL knows five of eight of them."""
    with core.store.writing("bill") as books:
        books.put("organization", ORGANIZATION, {"id": ORGANIZATION, "name": "Halden Labs", "seed": seed})
        remember_device(books)
        shared = _companies_at_billsby(core)
        resources.seed_all(books, seed, customers, lambda: _trade(books, seed, customers, shared))


def _trade(books: Books, seed: int, customers: int, shared: list[dict[str, Any]]) -> None:
    chance = random.Random(f"bill/{seed}")
    filed = _Filed(books)
    buyers = _Buyers(_customers(books, chance, max(1, customers * 5 // 8), shared))
    for turn in range(customers * 3 // 2):
        _invoice(books, chance, buyers, turn, filed)
    vendors = list(_vendors(books, chance, max(1, customers * 3 // 8)))
    sellers = [vendor for vendor in vendors if not vendor["archived"]]
    for turn in range(customers):
        _bill(books, chance, sellers, turn, filed)
    _network(books, random.Random(f"network/{seed}"), vendors)


class _Filed:
    """What lines are filed under: an account that fits, and a department by turns."""

    def __init__(self, books: Books) -> None:
        in_use = {"where": {"archived": False}, "newest_first": False}
        self._departments = [row["id"] for row in books.find("department", **in_use)]
        accounts = books.find("chart of account", **in_use)
        self._accounts = {
            kind: [row["id"] for row in accounts if row["account"]["type"] == kind]
            for kind in ("INCOME", "EXPENSE")
        }

    def under(self, kind: str, turn: int) -> dict[str, str]:
        """kind: INCOME or EXPENSE."""
        accounts = self._accounts[kind]
        return {
            "chartOfAccountId": accounts[turn % len(accounts)],
            "departmentId": self._departments[turn % len(self._departments)],
        }


def _companies_at_billsby(core: Core) -> list[dict[str, Any]]:
    """Companies that Halden Labs bills by subscription, oldest first; BILL knows some of them too."""
    with core.store.writing("billsby") as books:
        rows = books.find("customer", newest_first=False)
    return [row for row in rows if str(row.get("email")).startswith("accounts@")]


def _customers(
    books: Books, chance: random.Random, count: int, shared: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    currencies = _currencies(chance, count)
    both = iter(chance.sample(shared, min(len(shared), count // 5)))
    known = {f"{row['firstName']} {row['lastName']}" for row in shared}
    fresh = (name for name in names.company_names(chance) if name not in known)
    for turn in range(count):
        currency = currencies[turn]
        other = next(both, None) if turn % 3 == 1 else None
        name = f"{other['firstName']} {other['lastName']}" if other else next(fresh)
        country = chance.choice(COUNTRIES[currency])
        contact = names.person(chance)
        record = {
            "name": name,
            "companyName": names.legal_name(chance, name, country),
            "contact": contact,
            # The two systems agree on the address for every other company that both know.
            "email": other["email"] if other and turn % 2 else names.email("ap", name),
            "phone": names.phone(chance),
            "fax": None,
            "description": None,
            # A customer at home often has no currency of its own.
            "invoiceCurrency": None if currency == "USD" and turn % 4 == 3 else currency,
            "accountType": "BUSINESS",
            "paymentTermId": None,
            "accountNumber": f"HL-{chance.randint(10_000, 99_999)}" if turn % 3 else None,
            "billingAddress": _address(chance, country),
            "shippingAddress": None,
            "v2": None,
        }
        stored = _store(books, "customer", record, _long_ago(books, chance), archived=turn % 12 == 11)
        people = [(contact, record["email"])]
        if turn % 4 == 0:
            people.append((names.person(chance), names.email("finance", name)))
        for one, mail in people:
            row = {**one, "email": mail, "phone": record["phone"], "altPhone": None, "alternateEmail": None}
            row["customerId"] = stored["id"]
            created = datetime.fromisoformat(stored["createdTime"])
            _store(books, "customer contact", row, created, owner=stored["id"])
        yield stored | {"currency": currency}


def _vendors(books: Books, chance: random.Random, count: int) -> Iterator[dict[str, Any]]:
    currencies = _currencies(chance, count)
    taken = names.company_names(chance, supplies=True)
    for turn in range(count):
        name, currency = next(taken), currencies[turn]
        record = {
            "name": name,
            "shortName": None,
            "companyName": None,
            "accountNumber": f"{chance.randint(100_000, 999_999)}" if turn % 2 else None,
            "accountType": "BUSINESS",
            "email": names.email("billing", name) if turn % 7 else None,
            "phone": names.phone(chance),
            "address": _address(chance, chance.choice(COUNTRIES[currency])),
            "billCurrency": currency,
            "paymentInformation": {"payeeName": name, "payByType": "CHECK", "payBySubType": "NONE"},
            "additionalInfo": {"track1099": False, "combinePayments": True},
            "bankAccountStatus": "NO_ACCOUNT",
            "recurringPayments": False,
            "autoPay": {"enabled": False},
        }
        yield _store(books, "vendor", record, _long_ago(books, chance), archived=turn % 15 == 14)


class _Buyers:
    """The customers in use, by currency; at a hundred thousand, each draw must not look at all of them."""

    def __init__(self, customers: Iterable[dict[str, Any]]) -> None:
        self._all = [customer for customer in customers if not customer["archived"]]
        self._by_currency: dict[str, list[dict[str, Any]]] = {}
        for customer in self._all:
            self._by_currency.setdefault(customer["currency"], []).append(customer)

    def draw(self, chance: random.Random, currency: str) -> dict[str, Any]:
        return chance.choice(self._by_currency.get(currency) or self._all)


def _invoice(books: Books, chance: random.Random, buyers: _Buyers, turn: int, filed: _Filed) -> None:
    wanted = ("USD", "EUR", "USD", "GBP")[turn // 10 % 4]
    buyer = buyers.draw(chance, wanted)
    today = books.now.date()
    due = today + timedelta(days=chance.randint(*DUE_IN_DAYS[turn % 10]))
    issued = min(due - timedelta(days=chance.choice((14, 30, 45))), today)
    lines = [
        {
            "id": new_id(books, "invoice line"),
            "description": chance.choice(SERVICES),
            "price": _amount(chance, 1_500, 95_000),
            "quantity": str(chance.randint(1, 12)),
            "classifications": filed.under("INCOME", turn),
        }
        for _ in range(chance.randint(1, 4))
    ]
    total = sum((Decimal(line["price"]) * Decimal(line["quantity"]) for line in lines), Decimal(0))
    status = {0: "PAID_IN_FULL", 1: "PAID_IN_FULL", 2: "PARTIAL_PAYMENT"}.get(turn % 10, "OPEN")
    paid = {"OPEN": Decimal(0), "PAID_IN_FULL": total}.get(status, (total / 3).quantize(Decimal("0.01")))
    number = books.next_number("invoice number", first=1_000 + chance.randint(0, 4_000))
    record = {
        "invoiceNumber": f"INV-{number}",
        "invoiceDate": issued.isoformat(),
        "dueDate": due.isoformat(),
        "customerId": buyer["id"],
        "totalAmount": str(total),
        "dueAmount": str(total - paid),
        "scheduledAmount": "0",
        "creditAmount": "0",
        "status": status,
        "exchangeRate": "1" if buyer["currency"] == "USD" else None,
        "invoiceLineItems": lines,
        "payments": _payments(books, paid, issued, today),
        "classifications": None,
        "payToChartOfAccountId": None,
        "salesTaxTotal": "0",
        "salesTaxPercentage": "0",
        "enableCardPayment": False,
    }
    _store(books, "invoice", record, _at_work(books, chance, issued), owner=buyer["id"])


def _payments(books: Books, paid: Decimal, issued: date, today: date) -> list[dict[str, Any]]:
    if not paid:
        return []
    day = min(issued + timedelta(days=12), today)
    return [
        {"id": new_id(books, "received payment"), "amount": str(paid), "status": "PAID", "date": str(day)}
    ]


def _bill(
    books: Books, chance: random.Random, sellers: list[dict[str, Any]], turn: int, filed: _Filed
) -> None:
    seller = chance.choice(sellers)
    approval, payment, quarters = BILL_STATES[turn % len(BILL_STATES)]
    today = books.now.date()
    due = today + timedelta(days=chance.randint(-75, 40) if payment != "SCHEDULED" else chance.randint(3, 20))
    issued = min(due - timedelta(days=chance.choice((14, 30))), today)
    lines = [
        {
            "id": new_id(books, "bill line"),
            "amount": _amount(chance, 2_000, 400_000),
            "description": chance.choice(PURCHASES),
            "classifications": filed.under("EXPENSE", turn),
        }
        for _ in range(chance.randint(1, 3))
    ]
    amount = sum((Decimal(line["amount"]) for line in lines), Decimal(0))
    paid = (amount * quarters / 4).quantize(Decimal("0.01"))
    at_home = seller["billCurrency"] == "USD"
    record = {
        "vendorId": seller["id"],
        "fundingAmount": str(amount) if at_home else None,
        "amount": str(amount),
        "paidAmount": str(paid),
        "dueAmount": str(amount - paid),
        "scheduledAmount": str(amount) if payment == "SCHEDULED" else "0",
        "creditAmount": "0",
        "exchangeRate": "1" if at_home else None,
        "description": chance.choice(PURCHASES) if turn % 2 else None,
        "dueDate": due.isoformat(),
        "invoice": {
            "invoiceDate": issued.isoformat(),
            "invoiceNumber": f"{seller['name'][:2].upper()}-{1_000 + turn * 7 + chance.randint(0, 6)}",
        },
        "billLineItems": lines,
        "paymentStatus": payment,
        "approvalStatus": approval,
        "approvers": [
            {"userId": user, "status": state, "approverOrder": order}
            for order, (user, state) in enumerate(_approvers(approval))
        ],
        "purchaseOrderNumber": None,
    }
    _store(books, "bill", record, _at_work(books, chance, issued), owner=seller["id"])


def _approvers(approval: str) -> tuple[tuple[str, str], ...]:
    """Who is asked, and where each of them stands; our own user is the last one."""
    return {
        "UNASSIGNED": (),
        "APPROVING": ((APPROVER_ID, "APPROVED"), (USER_ID, "WAITING")),
        "ASSIGNED": ((USER_ID, "WAITING"),),
    }.get(approval, ((USER_ID, approval),))


def _network(books: Books, chance: random.Random, vendors: list[dict[str, Any]]) -> None:
    """Every third vendor is a company of the BILL network; one more asks to be connected to us."""
    own = [(vendor["name"], "BILL", vendor["address"]) for vendor in vendors[::3]]
    others = [(name, "RPPS", _address(chance, "US")) for name in BILLERS]
    asking = [("Quillfeather Courier Cooperative", "BILL", _address(chance, "US"))]
    for at, (name, network, address) in enumerate([*own, *others, *asking], start=1):
        company = {
            "id": f"{'0rv02' if network == 'RPPS' else '4'}{chance.randint(10**9, 10**10 - 1)}",
            "name": name,
            "type": network,
            "addresses": [{part: address.get(part) for part in address if part != "countryName"}],
            "managedBy": {"name": name, "email": names.email("network", name), "emailDomain": "example"},
            "asksUs": at == len(own) + len(others) + 1,
        }
        books.put("network company", company["id"], company)


def _store(
    books: Books,
    kind: str,
    fields: dict[str, Any],
    created: datetime,
    *,
    owner: str | None = None,
    archived: bool = False,
) -> dict[str, Any]:
    moment = v3_time(created)
    times = {"createdTime": moment, "updatedTime": moment}
    record = {"id": new_id(books, kind), "archived": archived, **fields, **times}
    books.put(kind, record["id"], record, owner=owner, at=created)
    return record


def _currencies(chance: random.Random, count: int) -> list[str]:
    """Mostly dollars; the first three are one of each, so that even small books have several currencies."""
    abroad = chance.uniform(0.2, 0.4)
    rest = [chance.choice(("EUR", "EUR", "GBP")) if chance.random() < abroad else "USD" for _ in range(count)]
    return (["USD", "EUR", "GBP"] + rest)[:count]


def _address(chance: random.Random, country: str) -> dict[str, Any]:
    return names.address(chance, country) | {"countryName": COUNTRY_NAMES[country]}


def _amount(chance: random.Random, least: int, most: int) -> str:
    return str(Decimal(chance.randint(least, most)) / 100)


def _long_ago(books: Books, chance: random.Random) -> datetime:
    return _at_work(books, chance, books.now.date() - timedelta(days=chance.randint(260, 1_100)))


def _at_work(books: Books, chance: random.Random, day: date) -> datetime:
    moment = datetime.combine(day, time(chance.randint(8, 17), chance.randint(0, 59)), UTC)
    return min(moment, books.now.replace(microsecond=0))
