"""Customers and what they owe."""

from datetime import UTC

from django.db import models
from django.db.models import Q, QuerySet

from console.mirror.models.records import Owned, Party, Record, days_since, spelled
from console.mirror.querysets import (
    InvoiceQuerySet,
    OwnedReceivableQuerySet,
    ReceivableQuerySet,
    SubscriptionQuerySet,
    present,
)


class Customer(Party):
    KIND = "customer"
    STATE = ("status", "email", "updated_at")

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

    objects = present(ReceivableQuerySet)
    with_gone = ReceivableQuerySet.as_manager()

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
    STATE = ("status", "product_vendor_id", "plan_vendor_id")
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

    objects = present(SubscriptionQuerySet)
    with_gone = SubscriptionQuerySet.as_manager()

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
    STATE = ("status",)
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

    objects = present(InvoiceQuerySet)
    with_gone = InvoiceQuerySet.as_manager()

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

    def received_payments(self) -> "QuerySet[ReceivedPayment]":
        """What settles it, or was to settle it."""
        of_customer = ReceivedPayment.objects.filter(
            connection_id=self.connection_id, customer_vendor_id=self.customer_vendor_id
        )
        return of_customer.filter(haystack__contains=self.vendor_id.casefold())

    @property
    def is_thin(self) -> bool:
        return self.connection.connector == "billsby" and self.refundable_minor is None

    @property
    def is_open(self) -> bool:
        """Something is still to be paid; None counts as nothing, since nobody told."""
        return bool(self.open_minor and self.open_minor > 0)

    @property
    def refunded_minor(self) -> int | None:
        """Told only by what is left to refund; nothing of an invoice that was never collected can be."""
        if self.status != "Paid" or self.amount_minor is None or self.refundable_minor is None:
            return None
        return self.amount_minor - self.refundable_minor

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


class ShownWithCustomer(OfCustomer, Owned):
    """What has no page of its own and is shown on its customer's."""

    OWNER = "customer"

    objects = present(OwnedReceivableQuerySet)
    with_gone = OwnedReceivableQuerySet.as_manager()

    class Meta(OfCustomer.Meta):
        abstract = True


class ReceivedPayment(ShownWithCustomer):
    """Money from a customer, taken through the vendor or noted as received elsewhere."""

    KIND = "received_payment"
    SEARCHED = ("number", "customer_name", "customer_vendor_id", "vendor_id")

    number = models.CharField(max_length=120, blank=True)
    method = models.CharField(max_length=40, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    unapplied_minor = models.BigIntegerField(null=True, blank=True)
    received_on = models.DateField(null=True, blank=True)
    is_online = models.BooleanField(default=False)
    # What of it settles which invoice: list of {invoice_vendor_id, amount_minor}.
    invoices = models.JSONField(default=list, blank=True)

    class Meta(ShownWithCustomer.Meta):
        indexes = [
            *ShownWithCustomer.Meta.indexes,
            models.Index(fields=["-received_on", "-id"], name="received_payment_by_day"),
        ]

    def derive(self) -> None:
        super().derive()
        self.haystack += spelled(self.invoices, "invoice_vendor_id")


class CreditMemo(ShownWithCustomer):
    """BILL's credit to a customer. `open_minor`: what no invoice has used of it."""

    KIND = "credit_memo"
    SEARCHED = ("number", "customer_name", "customer_vendor_id", "vendor_id")

    number = models.CharField(max_length=120, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    open_minor = models.BigIntegerField(null=True, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    is_archived = models.BooleanField(default=False)

    class Meta(ShownWithCustomer.Meta):
        pass
