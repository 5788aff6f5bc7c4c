"""Spend & Expense: budgets, the cards that spend from them, and what was bought."""

from django.db import models
from django.db.models import QuerySet

from console.mirror.models.records import Owned, Record


class Limited:
    """What has a limit in the running period, of which something is spent."""

    limit_minor: int | None
    spent_minor: int | None

    @property
    def left_minor(self) -> int | None:
        """None where the vendor tells no limit, or not what is spent."""
        if self.limit_minor is None or self.spent_minor is None:
            return None
        return self.limit_minor - self.spent_minor

    @property
    def is_over(self) -> bool:
        return self.left_minor is not None and self.left_minor < 0


class Budget(Limited, Record):
    """What may be spent in a period. `spent_minor` and `assigned_minor`: of its limit, in the running one."""

    KIND = "budget"

    name = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    recurring_interval = models.CharField(max_length=40, blank=True)
    limit_minor = models.BigIntegerField(null=True, blank=True)
    assigned_minor = models.BigIntegerField(null=True, blank=True)
    spent_minor = models.BigIntegerField(null=True, blank=True)
    period_start_on = models.DateField(null=True, blank=True)
    period_end_on = models.DateField(null=True, blank=True)

    class Meta(Record.Meta):
        indexes = [models.Index(fields=["name", "id"], name="budget_by_name")]

    def transactions(self) -> "QuerySet[SpendTransaction]":
        return SpendTransaction.objects.filter(
            connection_id=self.connection_id, budget_vendor_id=self.vendor_id
        )


class SpendCard(Limited, Owned):
    """A card that spends from a budget. Of its number the last four are known."""

    KIND = "spend_card"
    OWNER = "budget"
    SEARCHED = ("name", "user_name", "last_four", "vendor_id")

    name = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=40, blank=True)
    type = models.CharField(max_length=40, blank=True)
    last_four = models.CharField(max_length=4, blank=True)
    valid_through = models.CharField(max_length=10, blank=True)
    budget_vendor_id = models.CharField(max_length=120, blank=True)
    user_vendor_id = models.CharField(max_length=120, blank=True)
    user_name = models.CharField(max_length=300, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    limit_minor = models.BigIntegerField(null=True, blank=True)
    spent_minor = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["connection", "budget_vendor_id"], name="spend_card_by_budget"),
            models.Index(fields=["status"], name="spend_card_by_status"),
        ]

    def get_absolute_url(self) -> str:
        """A page of its own, beside its budget's."""
        return Record.get_absolute_url(self)

    def transactions(self) -> "QuerySet[SpendTransaction]":
        return self.own(SpendTransaction)


class SpendTransaction(Owned):
    """One purchase, or what of it was given back (`is_credit`)."""

    KIND = "spend_transaction"
    OWNER = "spend_card"
    SEARCHED = ("merchant_name", "user_name", "budget_name", "card_last_four", "vendor_id")

    merchant_name = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=40, blank=True)
    spend_card_vendor_id = models.CharField(max_length=120, blank=True)
    card_last_four = models.CharField(max_length=4, blank=True)
    budget_vendor_id = models.CharField(max_length=120, blank=True)
    budget_name = models.CharField(max_length=300, blank=True)
    user_name = models.CharField(max_length=300, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    is_credit = models.BooleanField(default=False)
    is_complete = models.BooleanField(default=False)
    receipt_status = models.CharField(max_length=40, blank=True)
    occurred_at = models.DateTimeField(null=True, blank=True)

    class Meta(Owned.Meta):
        indexes = [
            models.Index(fields=["connection", "spend_card_vendor_id"], name="transaction_by_card"),
            models.Index(fields=["connection", "budget_vendor_id"], name="transaction_by_budget"),
            models.Index(fields=["-occurred_at", "-id"], name="transaction_by_day"),
        ]

    @property
    def title(self) -> str:
        return self.merchant_name or self.vendor_id
