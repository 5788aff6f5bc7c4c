"""What is sold: products and their plans."""

from django.db import models

from console.mirror.models.records import Record


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
