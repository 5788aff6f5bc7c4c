"""What can be added to a subscription or asked of a customer, and what each of them has of it."""

from django.db import models

from connectors.judgements import NOTHING
from console.mirror.models.records import Record


class Pageless(Record):
    """What is shown on the pages of other records and has none of its own."""

    class Meta(Record.Meta):
        abstract = True

    def get_absolute_url(self) -> str:
        return ""


class Extra(Pageless):
    """What can be added to a plan."""

    name = models.CharField(max_length=300, blank=True)
    description = models.TextField(blank=True)
    is_offered = models.BooleanField(default=False)

    class Meta(Pageless.Meta):
        abstract = True


class AddOn(Extra):
    KIND = "add_on"

    class Meta(Extra.Meta):
        pass


class Allowance(Extra):
    KIND = "allowance"

    counter_id = models.CharField(max_length=120, blank=True)

    class Meta(Extra.Meta):
        pass


class CustomField(Pageless):
    """What a checkout can ask. `options`: what a dropdown offers, separated by commas."""

    KIND = "custom_field"
    SEARCHED = ("label", "vendor_id")

    label = models.CharField(max_length=300, blank=True)
    type = models.CharField(max_length=40, blank=True)
    description = models.TextField(blank=True)
    options = models.TextField(blank=True)
    is_compulsory = models.BooleanField(default=False)

    class Meta(Pageless.Meta):
        pass

    @property
    def title(self) -> str:
        return self.label or self.vendor_id


class CustomFieldResponse(Pageless):
    """What a customer answered to a custom field."""

    KIND = "custom_field_response"
    SEARCHED = ("label", "value")

    customer_vendor_id = models.CharField(max_length=120, blank=True)
    custom_field_vendor_id = models.CharField(max_length=120, blank=True)
    label = models.CharField(max_length=300, blank=True)
    value = models.TextField(blank=True)

    class Meta(Pageless.Meta):
        indexes = [models.Index(fields=["connection", "customer_vendor_id"], name="answer_by_customer")]

    @property
    def title(self) -> str:
        return self.label or self.vendor_id


class OfSubscription(Pageless):
    """What a subscription has, shown on its page."""

    subscription_vendor_id = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=300, blank=True)

    class Meta(Pageless.Meta):
        abstract = True
        indexes = [models.Index(fields=["connection", "subscription_vendor_id"], name="%(class)s_by_owner")]


class Tag(OfSubscription):
    """`is_of_plan`: it comes with the plan, and cannot be taken from the subscription."""

    KIND = "tag"

    is_of_plan = models.BooleanField(default=False)

    class Meta(OfSubscription.Meta):
        pass


class SubscriptionAddOn(OfSubscription):
    KIND = "subscription_add_on"

    status = models.CharField(max_length=40, blank=True)
    quantity = models.IntegerField(null=True, blank=True)
    quantity_next = models.IntegerField(null=True, blank=True)

    class Meta(OfSubscription.Meta):
        pass


class Usage(OfSubscription):
    """An allowance, and how much of it the running period has used; None where nobody tells."""

    KIND = "usage"

    status = models.CharField(max_length=40, blank=True)
    used = models.BigIntegerField(null=True, blank=True)
    included = models.BigIntegerField(null=True, blank=True)

    class Meta(OfSubscription.Meta):
        pass

    @property
    def over(self) -> int:
        return max(0, self.used - self.included) if self.used and self.included else 0

    @property
    def told(self) -> dict[str, str]:
        """Its numbers for people."""
        numbers = {"used": self.used, "included": self.included, "over": self.over}
        return {name: NOTHING if number is None else f"{number:,}" for name, number in numbers.items()}


class Event(OfSubscription):
    """A line of a subscription's log at the vendor."""

    KIND = "event"
    SEARCHED = ("name", "details")

    details = models.TextField(blank=True)
    happened_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfSubscription.Meta):
        pass
