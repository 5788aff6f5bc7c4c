"""What is sold: products, their plans and cycles, and what may be added to a plan."""

from django.db import models
from django.db.models import QuerySet

from connectors.billsby.mapping import period
from connectors.money import format_money
from console.mirror.models.records import Owned, Record, WithoutPage


class Product(Record):
    """A product. `custom_field_ids`: those that its checkout asks for."""

    KIND = "product"

    name = models.CharField(max_length=300, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    visibility = models.CharField(max_length=40, blank=True)
    description = models.TextField(blank=True)
    custom_field_ids = models.JSONField(default=list, blank=True)

    class Meta(Record.Meta):
        pass


class Plan(Owned):
    KIND = "plan"
    OWNER = "product"
    SEARCHED = ("name", "product_name", "vendor_id")

    name = models.CharField(max_length=300, blank=True)
    product_vendor_id = models.CharField(max_length=120, blank=True)
    product_name = models.CharField(max_length=300, blank=True)
    currency = models.CharField(max_length=3, blank=True)

    class Meta(Owned.Meta):
        indexes = [models.Index(fields=["connection", "product_vendor_id"], name="plan_by_product")]

    get_absolute_url = Record.get_absolute_url

    def offers(self, model: "type[Extra]") -> "list[Extra]":
        """The add-ons or allowances that can be had with it, each with how: `link`."""
        found = []
        for extra in model.objects.filter(connection_id=self.connection_id).light().order_by("name", "pk"):
            extra.link = extra.link_to(self.vendor_id)
            if extra.link:
                found.append(extra)
        return found

    def cycles(self) -> "QuerySet[Cycle]":
        found = Cycle.objects.filter(connection_id=self.connection_id, plan_vendor_id=self.vendor_id)
        return found.light().order_by("pk")


class Cycle(Owned):
    """How often a plan is billed, and for how much where Billsby tells. It comes with its plan."""

    KIND = "cycle"
    OWNER = "product"
    SEARCHED = ("vendor_id",)

    product_vendor_id = models.CharField(max_length=120, blank=True)
    plan_vendor_id = models.CharField(max_length=120, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    frequency = models.IntegerField(null=True, blank=True)
    frequency_type = models.CharField(max_length=40, blank=True)
    price_minor = models.BigIntegerField(null=True, blank=True)
    visibility = models.CharField(max_length=40, blank=True)

    class Meta(Owned.Meta):
        verbose_name = "billing cycle"
        indexes = [
            models.Index(fields=["connection", "product_vendor_id"], name="cycle_by_product"),
            models.Index(fields=["connection", "plan_vendor_id"], name="cycle_by_plan"),
        ]

    @property
    def period(self) -> str:
        return period({"frequency": self.frequency, "frequencyType": self.frequency_type})

    @property
    def words(self) -> str:
        """ "every month, $29.00"; lists of plans leave most prices out."""
        if self.price_minor is None:
            return self.period
        return f"{self.period}, {format_money(self.price_minor, self.currency)}"

    def get_absolute_url(self) -> str:
        plan = self.linked(Plan, self.plan_vendor_id)
        return plan.get_absolute_url() if plan else ""


class Extra(WithoutPage):
    """What can be added to a plan. `plans` and `prices` are as the connector tells them, few of each."""

    SEARCHED = ("name", "description", "vendor_id")

    name = models.CharField(max_length=300, blank=True)
    description = models.TextField(blank=True)
    is_offered = models.BooleanField(default=False)
    plans = models.JSONField(default=list, blank=True)
    prices = models.JSONField(default=list, blank=True)

    class Meta(WithoutPage.Meta):
        abstract = True

    def link_to(self, plan_vendor_id: str) -> dict | None:
        """How a plan offers it; None for one that does not."""
        return next((it for it in self.plans if it["plan_vendor_id"] == plan_vendor_id), None)

    @property
    def price_lines(self) -> list[str]:
        """ "every month, 1,000 included, $0.02 each", one for each currency and period."""
        return list(map(price_words, self.prices))


class AddOn(Extra):
    KIND = "add_on"

    class Meta(Extra.Meta):
        verbose_name = "add-on"


class Allowance(Extra):
    KIND = "allowance"

    counter_id = models.CharField(max_length=120, blank=True)

    class Meta(Extra.Meta):
        pass


class CustomField(WithoutPage):
    """What a checkout asks. `options`: what a dropdown offers, separated by commas."""

    KIND = "custom_field"
    SEARCHED = ("label", "description", "vendor_id")

    label = models.CharField(max_length=300, blank=True)
    type = models.CharField(max_length=40, blank=True)
    description = models.TextField(blank=True)
    options = models.TextField(blank=True)
    is_compulsory = models.BooleanField(default=False)

    class Meta(WithoutPage.Meta):
        pass

    @property
    def title(self) -> str:
        return self.label or self.vendor_id


def price_words(price: dict) -> str:
    currency = price["currency"]
    parts = [period({"frequency": price["frequency"], "frequencyType": price["frequency_type"]})]
    if price["included"]:
        parts.append(f"{price['included']:,} included")
    if price["flat_minor"]:
        parts.append(format_money(price["flat_minor"], currency))
    if price["unit_minor"]:
        parts.append(f"{format_money(price['unit_minor'], currency)} each")
    return ", ".join(parts)
