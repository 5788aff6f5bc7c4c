"""Records as last seen at the vendors: ours to query, the vendor's to change.

Rows refer to each other by vendor id within one connection, not by foreign key: a page of invoices may arrive
before its customers. Statuses are the vendor's words. `*_minor` is None where the vendor does not tell.
"""

from collections.abc import Mapping
from datetime import UTC, date, timedelta
from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from console.connections.models import Connection
from console.mirror.querysets import BillQuerySet, InvoiceQuerySet, ReceivableQuerySet, RecordQuerySet


class Record(models.Model):
    """What all mirrored kinds share. `digest` guards the upsert: an unchanged record is not written again."""

    KIND: ClassVar[str]
    SEARCHED: ClassVar[tuple[str, ...]] = ("name", "vendor_id")
    ROUTE: ClassVar[str] = ""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    vendor_id = models.CharField(max_length=120)
    raw = models.JSONField(encoder=DjangoJSONEncoder)  # decimals as text, digit for digit
    digest = models.CharField(max_length=64)
    fetched_at = models.DateTimeField()
    # What a search looks through, case folded here so that SQLite and PostgreSQL agree beyond ASCII.
    haystack = models.TextField(blank=True, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["connection", "vendor_id"], name="%(class)s_once_per_connection")
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, **options: Any) -> None:
        self.derive()
        super().save(**options)

    def get_absolute_url(self) -> str:
        return reverse(f"mirror:{self.ROUTE}", args=[self.pk]) if self.ROUTE else ""

    def derive(self) -> None:
        """Fill the columns that follow from the others; bulk writes call it themselves."""
        self.haystack = " ".join(filter(None, (getattr(self, name) for name in self.SEARCHED))).casefold()

    @property
    def title(self) -> str:
        return getattr(self, "number", "") or getattr(self, "name", "") or self.vendor_id

    @property
    def is_thin(self) -> bool:
        """Known from a list only, which at this vendor tells less than the record itself."""
        return False

    @property
    def live_target(self) -> str:
        """What hints about this record are called."""
        return f"{self.KIND}.{self.vendor_id}"

    def linked(self, model: "type[Record]", vendor_id: str) -> "Record | None":
        """The row of another kind that this one names, None while it has not been read."""
        if not vendor_id:
            return None
        return model.objects.filter(connection_id=self.connection_id, vendor_id=vendor_id).first()


class Party(Record):
    """A customer or a vendor: somebody with a name and an address."""

    SEARCHED = ("name", "email", "company_name", "vendor_id")

    name = models.CharField(max_length=300, blank=True)
    email = models.CharField(max_length=320, blank=True)
    company_name = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    city = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=100, blank=True)
    balance_minor = models.BigIntegerField(null=True, blank=True)
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(null=True, blank=True)

    class Meta(Record.Meta):
        abstract = True
        indexes = [
            models.Index(fields=["name", "id"], name="%(class)s_by_name"),
            models.Index(fields=["status"], name="%(class)s_by_status"),
        ]


class Customer(Party):
    KIND = "customer"
    ROUTE = "customer-detail"

    card_status = models.CharField(max_length=40, blank=True)
    total_paid_minor = models.BigIntegerField(null=True, blank=True)

    @property
    def is_thin(self) -> bool:
        return self.connection.connector == "billsby" and not self.card_status

    def related(self, model: type[Record]) -> QuerySet:
        """This customer's rows of another kind."""
        return model.objects.filter(connection_id=self.connection_id, customer_vendor_id=self.vendor_id)

    def possible_matches(self) -> "QuerySet[Customer]":
        """Customers of other connections with the same e-mail address or name; evidence, not a link."""
        same = Q(pk__in=[])
        if self.email:
            same |= Q(email__iexact=self.email)
        if self.name:
            same |= Q(name__iexact=self.name)
        others = Customer.objects.exclude(connection_id=self.connection_id)
        return others.filter(same).select_related("connection").order_by("pk")


class OfCustomer(Record):
    """Something that belongs to a customer; carries the name, so that lists need no join."""

    customer_vendor_id = models.CharField(max_length=120, blank=True)
    customer_name = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3, blank=True)

    objects = ReceivableQuerySet.as_manager()

    class Meta(Record.Meta):
        abstract = True
        indexes = [
            models.Index(fields=["connection", "customer_vendor_id"], name="%(class)s_by_customer"),
            models.Index(fields=["status"], name="%(class)s_by_status"),
            models.Index(fields=["currency"], name="%(class)s_by_currency"),
        ]

    @property
    def customer(self) -> Customer | None:
        return self.linked(Customer, self.customer_vendor_id)


class Subscription(OfCustomer):
    KIND = "subscription"
    ROUTE = "subscription-detail"
    SEARCHED = ("customer_name", "customer_vendor_id", "product_name", "plan_name", "vendor_id")

    product_vendor_id = models.CharField(max_length=120, blank=True)
    product_name = models.CharField(max_length=300, blank=True)
    plan_vendor_id = models.CharField(max_length=120, blank=True)
    plan_name = models.CharField(max_length=300, blank=True)
    cycle_vendor_id = models.CharField(max_length=120, blank=True)
    units = models.IntegerField(null=True, blank=True)
    next_billing_at = models.DateTimeField(null=True, blank=True)
    next_billing_minor = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfCustomer.Meta):
        indexes = [
            *OfCustomer.Meta.indexes,
            models.Index(fields=["-created_at", "-id"], name="subscription_by_creation"),
        ]

    @property
    def is_thin(self) -> bool:
        return self.connection.connector == "billsby" and not self.currency

    @property
    def title(self) -> str:
        return self.plan_name or self.product_name or self.vendor_id


class Invoice(OfCustomer):
    KIND = "invoice"
    ROUTE = "invoice-detail"
    SEARCHED = ("number", "customer_name", "customer_vendor_id", "vendor_id")

    PAID = ("Paid", "PaidOffline", "PAID_IN_FULL")
    PART_PAID = ("PARTIAL_PAYMENT",)

    number = models.CharField(max_length=120, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    open_minor = models.BigIntegerField(null=True, blank=True)
    refundable_minor = models.BigIntegerField(null=True, blank=True)
    issued_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    invoice_type = models.CharField(max_length=40, blank=True)
    # The day its age counts from: the due date at BILL; Billsby's invoices have none, so the day of creation.
    aging_on = models.DateField(null=True, blank=True, editable=False)

    objects = InvoiceQuerySet.as_manager()

    class Meta(OfCustomer.Meta):
        indexes = [
            *OfCustomer.Meta.indexes,
            models.Index(fields=["-issued_at", "-id"], name="invoice_by_issue"),
            models.Index(fields=["aging_on", "id"], name="invoice_by_age"),
            models.Index(fields=["aging_on"], condition=Q(open_minor__gt=0), name="invoice_open_by_age"),
        ]

    def derive(self) -> None:
        super().derive()
        self.aging_on = self.due_on or (self.issued_at and self.issued_at.astimezone(UTC).date())

    @property
    def is_thin(self) -> bool:
        return self.connection.connector == "billsby" and self.refundable_minor is None

    @property
    def is_open(self) -> bool:
        """Something is still to be paid; None counts as nothing, since nobody told."""
        return bool(self.open_minor and self.open_minor > 0)

    @property
    def age_days(self) -> int | None:
        return days_since(self.aging_on)

    @property
    def age_from(self) -> str:
        """What the age counts from, for people."""
        return "due date" if self.due_on else "creation date"


class CreditNote(OfCustomer):
    KIND = "credit_note"
    SEARCHED = ("number", "customer_name", "customer_vendor_id", "vendor_id")

    number = models.CharField(max_length=120, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    issued_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfCustomer.Meta):
        pass


class Product(Record):
    KIND = "product"

    name = models.CharField(max_length=300, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    visibility = models.CharField(max_length=40, blank=True)
    description = models.TextField(blank=True)

    class Meta(Record.Meta):
        pass


class Plan(Record):
    """A plan of a product. `cycles`: list of {cycle_id, frequency, frequency_type, price_minor or None}."""

    KIND = "plan"
    SEARCHED = ("name", "product_name", "vendor_id")

    name = models.CharField(max_length=300, blank=True)
    product_vendor_id = models.CharField(max_length=120, blank=True)
    product_name = models.CharField(max_length=300, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    cycles = models.JSONField(default=list, blank=True)

    class Meta(Record.Meta):
        pass


class Vendor(Party):
    KIND = "vendor"
    ROUTE = "vendor-detail"

    def bills(self) -> "QuerySet[Bill]":
        return Bill.objects.filter(connection_id=self.connection_id, vendor_vendor_id=self.vendor_id)


class Bill(Record):
    KIND = "bill"
    ROUTE = "bill-detail"
    SEARCHED = ("number", "vendor_name", "vendor_vendor_id", "vendor_id")

    number = models.CharField(max_length=120, blank=True)
    vendor_vendor_id = models.CharField(max_length=120, blank=True)
    vendor_name = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=40, blank=True)
    approval_status = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    open_minor = models.BigIntegerField(null=True, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    is_archived = models.BooleanField(default=False)

    objects = BillQuerySet.as_manager()

    class Meta(Record.Meta):
        indexes = [
            models.Index(fields=["connection", "vendor_vendor_id"], name="bill_by_vendor"),
            models.Index(fields=["status"], name="bill_by_status"),
            models.Index(fields=["due_on", "id"], name="bill_by_due"),
        ]

    @property
    def is_open(self) -> bool:
        return bool(self.open_minor and self.open_minor > 0)

    @property
    def vendor(self) -> Vendor | None:
        return self.linked(Vendor, self.vendor_vendor_id)

    @property
    def days_overdue(self) -> int | None:
        return days_since(self.due_on)


KINDS: Mapping[str, type[Record]] = {
    model.KIND: model for model in (Customer, Subscription, Invoice, CreditNote, Product, Plan, Vendor, Bill)
}


class Sync(models.Model):
    """One run over one kind of one connection's records: its progress, and then how fresh the mirror is."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    QUIET_FOR = timedelta(minutes=5)  # a running one that reported nothing for so long has died

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="syncs")
    kind = models.CharField(max_length=30)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    refused = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "kind"], condition=Q(state="running"), name="one_running_sync_per_kind"
            )
        ]
        indexes = [models.Index(fields=["connection", "kind", "-started_at"], name="sync_by_kind")]

    def __str__(self) -> str:
        return f"{self.connection} {self.kind} {self.state}"

    @property
    def words(self) -> str:
        return self.kind.replace("_", " ") + "s"


class RefusedRecord(models.Model):
    """A record that does not fit the mirror, kept aside as it came until it fits or is looked at."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="refused_records")
    kind = models.CharField(max_length=30)
    vendor_id = models.CharField(max_length=120)
    problem = models.CharField(max_length=500)
    raw = models.JSONField(encoder=DjangoJSONEncoder)
    digest = models.CharField(max_length=64)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "kind", "vendor_id"], name="refused_record_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.vendor_id}: {self.problem}"


def days_since(day: date | None) -> int | None:
    """Whole days from that day until today, negative while it lies ahead."""
    return (timezone.localdate() - day).days if day else None
