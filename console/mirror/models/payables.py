"""Vendors and what we owe them."""

from django.db import models
from django.db.models import QuerySet

from console.mirror.models.records import Party, Record, days_since
from console.mirror.querysets import BillQuerySet, present


class Vendor(Party):
    KIND = "vendor"

    def bills(self) -> "QuerySet[Bill]":
        return Bill.objects.filter(connection_id=self.connection_id, vendor_vendor_id=self.vendor_id)


class Bill(Record):
    KIND = "bill"
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

    objects = present(BillQuerySet)
    with_gone = BillQuerySet.as_manager()

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
