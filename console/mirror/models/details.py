"""What belongs to one customer, subscription or invoice."""

from django.db import models

from connectors.judgements import NOTHING
from console.mirror.models.products import Allowance
from console.mirror.models.records import BankAccount, Owned
from console.mirror.querysets import UsageQuerySet, present


class Usage(Owned):
    """An allowance of a subscription, and how much of it the running period has used."""

    KIND = "usage"
    OWNER = "subscription"
    SEARCHED = ("name", "vendor_id")

    subscription_vendor_id = models.CharField(max_length=120, blank=True)
    allowance_vendor_id = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=40, blank=True)
    used = models.BigIntegerField(null=True, blank=True)
    included = models.BigIntegerField(null=True, blank=True)
    # How far past the allowance, 0 where it is not, or nobody tells.
    excess = models.BigIntegerField(default=0, editable=False)

    objects = present(UsageQuerySet)
    with_gone = UsageQuerySet.as_manager()

    class Meta(Owned.Meta):
        verbose_name_plural = "usage"
        indexes = [
            models.Index(fields=["connection", "subscription_vendor_id"], name="usage_by_owner"),
            models.Index(fields=["-excess", "-id"], name="usage_by_excess"),
        ]

    def derive(self) -> None:
        super().derive()
        known = self.used is not None and self.included is not None
        self.excess = max(0, self.used - self.included) if known else 0

    @property
    def told(self) -> dict[str, str]:
        """Its numbers for people."""
        numbers = {"used": self.used, "included": self.included, "excess": self.excess}
        return {name: NOTHING if number is None else f"{number:,}" for name, number in numbers.items()}

    @property
    def allowance(self) -> Allowance | None:
        return self.linked(Allowance, self.allowance_vendor_id)


class SubscriptionAddOn(Owned):
    KIND = "subscription_add_on"
    OWNER = "subscription"

    subscription_vendor_id = models.CharField(max_length=120, blank=True)
    add_on_vendor_id = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=40, blank=True)
    quantity = models.IntegerField(null=True, blank=True)
    quantity_next = models.IntegerField(null=True, blank=True)

    class Meta(Owned.Meta):
        verbose_name = "add-on of a subscription"
        verbose_name_plural = "add-ons of subscriptions"
        indexes = [
            models.Index(fields=["connection", "subscription_vendor_id"], name="subscriptionaddon_by_owner")
        ]


class Tag(Owned):
    KIND = "tag"
    OWNER = "subscription"
    SEARCHED = ("name",)

    subscription_vendor_id = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=300, blank=True)
    is_of_plan = models.BooleanField(default=False)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["connection", "subscription_vendor_id"], name="tag_by_owner")]


class Event(Owned):
    """A line of a subscription's log at the vendor."""

    KIND = "event"
    OWNER = "subscription"
    SEARCHED = ("name", "details")

    subscription_vendor_id = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=300, blank=True)
    details = models.TextField(blank=True)
    happened_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["connection", "subscription_vendor_id"], name="event_by_owner")]


class CustomFieldResponse(Owned):
    """What a customer answered to a custom field."""

    KIND = "custom_field_response"
    OWNER = "customer"
    SEARCHED = ("label", "value")

    customer_vendor_id = models.CharField(max_length=120, blank=True)
    custom_field_vendor_id = models.CharField(max_length=120, blank=True)
    label = models.CharField(max_length=300, blank=True)
    value = models.TextField(blank=True)

    class Meta(Owned.Meta):
        verbose_name = "answer to a custom field"
        verbose_name_plural = "answers to custom fields"
        indexes = [models.Index(fields=["connection", "customer_vendor_id"], name="answer_by_customer")]

    @property
    def title(self) -> str:
        return self.label or self.vendor_id


class InvoiceLine(Owned):
    """A line of an invoice, tax as the last of them."""

    KIND = "invoice_line"
    OWNER = "invoice"
    SEARCHED = ("description",)

    invoice_vendor_id = models.CharField(max_length=120, blank=True)
    position = models.IntegerField(default=1)
    subscription_vendor_id = models.CharField(max_length=120, blank=True)
    description = models.TextField(blank=True)
    units = models.CharField(max_length=40, blank=True)
    unit_price_minor = models.BigIntegerField(null=True, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    period_start_at = models.DateTimeField(null=True, blank=True)
    period_end_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["connection", "invoice_vendor_id"], name="line_by_invoice")]


class PaymentLog(Owned):
    """One attempt to collect an invoice."""

    KIND = "payment_log"
    OWNER = "invoice"
    SEARCHED = ("reference", "method", "gateway")

    invoice_vendor_id = models.CharField(max_length=120, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    method = models.CharField(max_length=120, blank=True)
    gateway = models.CharField(max_length=120, blank=True)
    reference = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=40, blank=True)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["connection", "invoice_vendor_id"], name="payment_log_by_invoice")]


class CustomerContact(Owned):
    """A person at a customer."""

    KIND = "customer_contact"
    OWNER = "customer"
    SEARCHED = ("name", "email", "phone")

    customer_vendor_id = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=300, blank=True)
    email = models.CharField(max_length=320, blank=True)
    phone = models.CharField(max_length=60, blank=True)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["connection", "customer_vendor_id"], name="contact_by_customer")]


class CustomerBankAccount(BankAccount):
    """Where a customer is charged."""

    KIND = "customer_bank_account"
    OWNER = "customer"

    customer_vendor_id = models.CharField(max_length=120, blank=True)
    nickname = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=40, blank=True)
    is_archived = models.BooleanField(default=False)

    class Meta(BankAccount.Meta):
        indexes = [
            models.Index(fields=["connection", "customer_vendor_id"], name="customer_account_by_customer")
        ]
