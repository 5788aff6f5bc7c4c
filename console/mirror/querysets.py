"""The questions that lists, details and the agent ask of the mirror, once."""

import re
from datetime import date, timedelta
from typing import Self

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum
from django.utils import timezone


class RecordQuerySet(models.QuerySet):
    def matching(self, text: str) -> Self:
        """Rows that contain every word of the text: in name, e-mail, company, number or vendor id."""
        found = self
        for word in text.casefold().split():
            found = found.filter(haystack__contains=word)
        return found

    def at(self, connector: str) -> Self:
        return self.filter(connection__connector=connector)

    def with_status(self, word: str) -> Self:
        """Rows in this status, however it is spelled; "paid" also finds PaidOffline and PAID_IN_FULL."""
        wanted = letters(word)
        kin = [status for status in getattr(self.model, "PAID", ()) if wanted == "paid"]
        known = self.model.objects.order_by().values_list("status", flat=True).distinct()
        return self.filter(status__in=[*kin, *(status for status in known if letters(status) == wanted)])

    def light(self) -> Self:
        """With what a list shows and without the raw record."""
        return self.select_related("connection").defer("raw", "haystack")


def present(queryset: type[RecordQuerySet]) -> models.Manager:
    """The manager of what the vendor still has."""

    class Present(models.Manager.from_queryset(queryset)):
        def get_queryset(self) -> RecordQuerySet:
            return super().get_queryset().filter(gone_at=None)

    return Present()


class ReceivableQuerySet(RecordQuerySet):
    """Rows that belong to a customer."""

    def of_customer(self, text: str) -> Self:
        """Rows whose customer has this vendor id, or contains every word of the text (e-mail included)."""
        customers = apps.get_model("mirror", "Customer").objects.matching(text)
        owners = customers.filter(
            connection_id=OuterRef("connection_id"), vendor_id=OuterRef("customer_vendor_id")
        )
        return self.filter(Q(customer_vendor_id=text.strip()) | Exists(owners))


class SubscriptionQuerySet(ReceivableQuerySet):
    def tagged(self, name: str) -> Self:
        tags = apps.get_model("mirror", "Tag").objects.filter(
            connection_id=OuterRef("connection_id"),
            subscription_vendor_id=OuterRef("vendor_id"),
            name__iexact=name.strip(),
        )
        return self.filter(Exists(tags))


class DueQuerySet(RecordQuerySet):
    """Rows of which something may be open until a day."""

    def open(self) -> Self:
        """Something is still to be paid."""
        return self.filter(open_minor__gt=0)

    def due_between(self, first: date | None, last: date | None) -> Self:
        """Due on these days, both counted; None is as early, or as late, as may be."""
        found = self.filter(due_on__gte=first) if first else self
        return found.filter(due_on__lte=last) if last else found

    def undated(self) -> Self:
        return self.filter(due_on=None)


class InvoiceQuerySet(DueQuerySet, ReceivableQuerySet):
    def aged(self, days: int) -> Self:
        """At least that many days old, by `aging_on`."""
        return self.filter(aging_on__lte=timezone.localdate() - timedelta(days=days))


class BillQuerySet(DueQuerySet):
    def due_within(self, days: int) -> Self:
        """Due that many days from today or earlier; -1 is what is overdue."""
        return self.filter(due_on__lte=timezone.localdate() + timedelta(days=days))


class OwnedQuerySet(RecordQuerySet):
    """Rows that belong to a record of another kind, and are found by its words too."""

    def matching(self, text: str) -> Self:
        found = self
        for word in text.casefold().split():
            found = found.filter(Q(haystack__contains=word) | Exists(self._owner(haystack__contains=word)))
        return found

    def with_owner(self, *names: str) -> Self:
        """Each row with its owner's key as `owner_pk`, and these columns of the owner as `owner_…`."""
        columns = {f"owner_{name}": Subquery(self._owner().values(name)[:1]) for name in ("pk", *names)}
        return self.annotate(**columns)

    def of_customer(self, text: str) -> Self:
        """Rows of this customer, by vendor id or the words of its name."""
        owners = self.model.owner_model().objects.of_customer(text)
        ids = {"connection_id": OuterRef("connection_id"), "vendor_id": OuterRef(self.model.owner_field())}
        return self.filter(Exists(owners.filter(**ids)))

    def _owner(self, **narrowed: str) -> models.QuerySet:
        return self.model.owner_model().with_gone.filter(
            connection_id=OuterRef("connection_id"),
            vendor_id=OuterRef(self.model.owner_field()),
            **narrowed,
        )


class PaymentQuerySet(OwnedQuerySet):
    def with_status(self, word: str) -> Self:
        """Rows of which either status is this word, however it is spelled."""
        wanted, names = letters(word), ("status", "single_status")
        known = self.model.objects.order_by().values_list(*names).distinct()
        states = {state for pair in known for state in pair if letters(state) == wanted}
        return self.filter(Q(status__in=states) | Q(single_status__in=states))


class OwnedReceivableQuerySet(ReceivableQuerySet, OwnedQuerySet):
    """Rows that belong to a customer and are shown on its page."""


class UsageQuerySet(OwnedQuerySet):
    def past(self) -> Self:
        """More was used than the allowance includes."""
        return self.filter(excess__gt=0)


def sums_by_currency(found: models.QuerySet, *fields: str) -> list[dict]:
    """Rows of {currency, count, and each field's sum under its name}, added in the database."""
    # An annotation may not have a field's name, so the sums travel under another.
    sums = {f"sum_{name}": Sum(name, default=0) for name in fields}
    lines = found.order_by("currency").values("currency").annotate(count=Count("pk"), **sums)
    return [{name.removeprefix("sum_"): value for name, value in line.items()} for line in lines]


def letters(word: str) -> str:
    return re.sub(r"[\W_]", "", word).casefold()
