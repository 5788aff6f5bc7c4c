"""The smallest valid rows of the mirror."""

from datetime import UTC, datetime, timedelta
from itertools import count

from django.utils import timezone

from connectors.registry import Record as VendorRecord
from connectors.registry import Row
from console.connections.models import Connection
from console.mirror import visits
from console.mirror.models import (
    Bill,
    Budget,
    CreditMemo,
    CreditNote,
    Customer,
    Cycle,
    Invoice,
    Owned,
    Payment,
    Plan,
    Product,
    ReceivedPayment,
    Record,
    SpendCard,
    SpendTransaction,
    Subscription,
    Sync,
    Usage,
    Vendor,
    VendorCredit,
)

numbers = count(1)
LONG_AGO = datetime(2025, 3, 1, tzinfo=UTC)


def make_row(model: type[Record], connection: Connection, **changes):
    fields = {"vendor_id": f"ID{next(numbers)}", "raw": {"some": "thing"}, "fetched_at": timezone.now()}
    return model.objects.create(connection=connection, **fields | changes)


def make_customer(connection: Connection, **changes) -> Customer:
    return make_row(Customer, connection, **{"name": "Marlowe Dental", "status": "Active"} | changes)


def make_invoice(connection: Connection, **changes) -> Invoice:
    fields = {
        "status": "Paid",
        "currency": "USD",
        "amount_minor": 10_000,
        "open_minor": 0,
        "issued_at": LONG_AGO,
        "customer_vendor_id": "CUST1",
        "customer_name": "Marlowe Dental",
    }
    return make_row(Invoice, connection, **fields | changes)


def make_open_invoice(connection: Connection, *, days_old: int = 10, **changes) -> Invoice:
    issued = timezone.now() - timedelta(days=days_old)
    fields = {"status": "Unpaid", "open_minor": 10_000, "issued_at": issued}
    return make_invoice(connection, **fields | changes)


def make_credit_note(connection: Connection, **changes) -> CreditNote:
    fields = {"status": "Paid", "currency": "USD", "amount_minor": 1_000, "issued_at": LONG_AGO}
    return make_row(CreditNote, connection, **{"customer_vendor_id": "CUST1"} | fields | changes)


def make_subscription(connection: Connection, **changes) -> Subscription:
    return make_row(Subscription, connection, **{"plan_name": "Team", "status": "Active"} | changes)


def make_product(connection: Connection, **changes) -> Product:
    return make_row(Product, connection, **{"name": "Halden Desk", "currency": "USD"} | changes)


def make_plan(connection: Connection, **changes) -> Plan:
    fields = {"name": "Starter", "product_vendor_id": "PROD1", "currency": "USD"}
    return make_row(Plan, connection, **fields | changes)


def make_cycle(plan: Plan, **changes) -> Cycle:
    fields = {"frequency": 1, "frequency_type": "Monthly", "price_minor": 2_900, "currency": plan.currency}
    owners = {"plan_vendor_id": plan.vendor_id, "product_vendor_id": plan.product_vendor_id}
    return make_row(Cycle, plan.connection, **fields | owners | changes)


def make_owned(model: type[Owned], owner: Record, **changes) -> Owned:
    """Something that belongs to this record."""
    return make_row(model, owner.connection, **{model.owner_field(): owner.vendor_id} | changes)


def make_usage(connection: Connection, *, of: Subscription | None = None, **changes) -> Usage:
    fields = {"name": "API calls", "status": "Active", "used": 1_200, "included": 1_000}
    return make_owned(Usage, of or make_subscription(connection), **fields | changes)


def make_visits(record: Record) -> None:
    """Let all that is told of this record alone have been asked just now."""
    for children in visits.children_of(record.connection, record.KIND):
        owner = visits.owners(record.connection, children).get(pk=record.pk)
        visits.note(record.connection, children, [(owner, timezone.now())])


def make_vendor(connection: Connection, **changes) -> Vendor:
    return make_row(Vendor, connection, **{"name": "Northside Produce", "currency": "USD"} | changes)


def make_bill(connection: Connection, **changes) -> Bill:
    fields = {"status": "UNPAID", "currency": "USD", "amount_minor": 5_000, "open_minor": 5_000}
    return make_row(Bill, connection, **fields | changes)


def make_payment(connection: Connection, **changes) -> Payment:
    fields = {"status": "SCHEDULED", "single_status": "SCHEDULED", "currency": "USD", "amount_minor": 5_000}
    return make_row(Payment, connection, **{"vendor_name": "Northside Produce"} | fields | changes)


def make_vendor_credit(connection: Connection, **changes) -> VendorCredit:
    fields = {"status": "NOT_APPLIED", "currency": "USD", "amount_minor": 900, "open_minor": 900}
    return make_row(VendorCredit, connection, **{"vendor_vendor_id": "V1"} | fields | changes)


def make_received_payment(connection: Connection, **changes) -> ReceivedPayment:
    fields = {"status": "PAID", "method": "CHECK", "currency": "USD", "amount_minor": 4_000}
    return make_row(ReceivedPayment, connection, **{"customer_vendor_id": "CUST1"} | fields | changes)


def make_credit_memo(connection: Connection, **changes) -> CreditMemo:
    fields = {"status": "NOT_APPLIED", "currency": "USD", "amount_minor": 700, "open_minor": 700}
    return make_row(CreditMemo, connection, **{"customer_vendor_id": "CUST1"} | fields | changes)


def make_budget(connection: Connection, **changes) -> Budget:
    fields = {
        "name": "Travel",
        "status": "ACTIVE",
        "currency": "USD",
        "limit_minor": 50_000,
        "spent_minor": 0,
    }
    return make_row(Budget, connection, **fields | changes)


def make_spend_card(connection: Connection, **changes) -> SpendCard:
    fields = {"name": "Flights", "status": "ACTIVE", "last_four": "4417", "budget_vendor_id": "B1"}
    amounts = {"currency": "USD", "limit_minor": 20_000, "spent_minor": 0}
    return make_row(SpendCard, connection, **fields | amounts | changes)


def make_transaction(connection: Connection, **changes) -> SpendTransaction:
    fields = {"merchant_name": "Blue Rail", "status": "CLEARED", "currency": "USD", "amount_minor": 4_200}
    return make_row(SpendTransaction, connection, **fields | changes)


def make_sync(connection: Connection, kind: str, **changes) -> Sync:
    now = timezone.now()
    fields = {"state": Sync.State.DONE, "started_at": now, "reported_at": now, "finished_at": now}
    return Sync.objects.create(connection=connection, kind=kind, **fields | changes)


def customer_row(vendor_id: str = "CUST1", **fields) -> Row:
    """A listed customer that reads as these fields."""
    given = {"name": "Marlowe Dental", "email": "ap@marlowe.example", "status": "Active"} | fields
    raw = {"id": vendor_id, **given}
    return Row.of(
        "customer",
        "billsby_list_customers",
        "id",
        raw,
        lambda raw: VendorRecord("customer", vendor_id, given, raw),
    )
