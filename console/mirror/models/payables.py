"""Vendors and what we owe them."""

from django.db import models
from django.db.models import QuerySet

from console.mirror.models.records import BankAccount, Owned, Party, Record, days_since, spelled
from console.mirror.querysets import BillQuerySet, PaymentQuerySet, present


class Vendor(Party):
    KIND = "vendor"
    STATE = ("status", "updated_at")

    bank_account_status = models.CharField(max_length=40, blank=True)

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
    # Who is asked to approve it, in this order: list of {user_vendor_id, name, status}.
    approvers = models.JSONField(default=list, blank=True)
    waiting_for = models.TextField(blank=True, editable=False)  # the names of those who have not answered

    objects = present(BillQuerySet)
    with_gone = BillQuerySet.as_manager()

    class Meta(Record.Meta):
        indexes = [
            models.Index(fields=["connection", "vendor_vendor_id"], name="bill_by_vendor"),
            models.Index(fields=["status"], name="bill_by_status"),
            models.Index(fields=["due_on", "id"], name="bill_by_due"),
        ]

    def derive(self) -> None:
        super().derive()
        waiting = [
            one["name"] or one["user_vendor_id"] for one in self.approvers if one["status"] == "WAITING"
        ]
        self.waiting_for = ", ".join(waiting)

    @property
    def is_open(self) -> bool:
        return bool(self.open_minor and self.open_minor > 0)

    def payments(self) -> "QuerySet[Payment]":
        """What pays it, or was to pay it."""
        of_vendor = Payment.objects.filter(
            connection_id=self.connection_id, vendor_vendor_id=self.vendor_vendor_id
        )
        return of_vendor.filter(haystack__contains=self.vendor_id.casefold())

    @property
    def vendor(self) -> Vendor | None:
        return self.linked(Vendor, self.vendor_vendor_id)

    @property
    def days_overdue(self) -> int | None:
        return days_since(self.due_on)


class OfVendor(Owned):
    """Something of a vendor's; carries the name, so that lists need no join."""

    OWNER = "vendor"

    vendor_vendor_id = models.CharField(max_length=120, blank=True)
    vendor_name = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3, blank=True)

    class Meta(Owned.Meta):
        abstract = True
        indexes = [
            models.Index(fields=["connection", "vendor_vendor_id"], name="%(class)s_by_vendor"),
            models.Index(fields=["status"], name="%(class)s_by_status"),
        ]


class Payment(OfVendor):
    """Money on its way to a vendor. `single_status`: where on the way it is, in BILL's words."""

    KIND = "payment"
    SEARCHED = ("number", "reference", "vendor_name", "vendor_vendor_id", "vendor_id")

    number = models.CharField(max_length=120, blank=True)
    reference = models.CharField(max_length=120, blank=True)
    single_status = models.CharField(max_length=60, blank=True)
    disbursement_status = models.CharField(max_length=40, blank=True)
    disbursement_type = models.CharField(max_length=40, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    process_on = models.DateField(null=True, blank=True)
    sent_on = models.DateField(null=True, blank=True)
    arrives_on = models.DateField(null=True, blank=True)
    funding_type = models.CharField(max_length=40, blank=True)
    funding_account_vendor_id = models.CharField(max_length=120, blank=True)
    # What of it goes to which bill: list of {bill_vendor_id, amount_minor}.
    bills = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(null=True, blank=True)

    objects = present(PaymentQuerySet)
    with_gone = PaymentQuerySet.as_manager()

    class Meta(OfVendor.Meta):
        indexes = [
            *OfVendor.Meta.indexes,
            models.Index(fields=["single_status"], name="payment_by_single_status"),
            models.Index(fields=["-process_on", "-id"], name="payment_by_process"),
        ]

    def get_absolute_url(self) -> str:
        """A page of its own, unlike what else is a vendor's."""
        return Record.get_absolute_url(self)

    def derive(self) -> None:
        super().derive()
        self.haystack += spelled(self.bills, "bill_vendor_id")

    def paid_bills(self) -> QuerySet[Bill]:
        ids = [one["bill_vendor_id"] for one in self.bills]
        return Bill.objects.filter(connection_id=self.connection_id, vendor_id__in=ids)


class VendorCredit(OfVendor):
    KIND = "vendor_credit"
    SEARCHED = ("number", "vendor_name", "vendor_vendor_id", "vendor_id")

    number = models.CharField(max_length=120, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    open_minor = models.BigIntegerField(null=True, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    is_archived = models.BooleanField(default=False)


class VendorBankAccount(BankAccount):
    """Where a vendor is paid to."""

    KIND = "vendor_bank_account"
    OWNER = "vendor"

    vendor_vendor_id = models.CharField(max_length=120, blank=True)
    currency = models.CharField(max_length=3, blank=True)

    class Meta(BankAccount.Meta):
        indexes = [models.Index(fields=["connection", "vendor_vendor_id"], name="vendor_account_by_vendor")]
