"""What all mirrored records share."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from connectors.hiding import DOTS
from console.connections.models import Connection
from console.mirror.querysets import OwnedQuerySet, RecordQuerySet, present


class Record(models.Model):
    """What all mirrored kinds share. `digest` guards the upsert: an unchanged record is not written again.

    What the vendor has no more is marked and never deleted; `objects` leaves it out, of lists and sums alike.
    """

    KIND: ClassVar[str]
    SEARCHED: ClassVar[tuple[str, ...]] = ("name", "vendor_id")
    # Texts that every answer about it tells, and whose change may change what belongs to it.
    STATE: ClassVar[tuple[str, ...]] = ("vendor_id",)

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    vendor_id = models.CharField(max_length=120)
    raw = models.JSONField(encoder=DjangoJSONEncoder)  # decimals as text, digit for digit
    digest = models.CharField(max_length=64)
    fetched_at = models.DateTimeField()
    seen_in = models.BigIntegerField(null=True, blank=True)  # the newest sync whose list had it
    gone_at = models.DateTimeField(null=True, blank=True)  # when the vendor was found to have it no more
    # What a search looks through, case folded here so that SQLite and PostgreSQL agree beyond ASCII.
    haystack = models.TextField(blank=True, editable=False)

    objects = present(RecordQuerySet)
    with_gone = RecordQuerySet.as_manager()

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
        return reverse(f"mirror:{self.KIND}-detail", args=[self.pk])

    def derive(self) -> None:
        """Fill the columns that follow from the others; bulk writes call it themselves."""
        self.haystack = " ".join([text for name in self.SEARCHED if (text := getattr(self, name))]).casefold()

    @property
    def title(self) -> str:
        return getattr(self, "number", "") or getattr(self, "name", "") or self.vendor_id

    @property
    def word(self) -> str:
        """What one of its kind is called."""
        return str(self._meta.verbose_name)

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
        return model.with_gone.filter(connection_id=self.connection_id, vendor_id=vendor_id).first()

    def own(self, model: "type[Owned]") -> QuerySet:
        """The rows of another kind that belong to this one."""
        return model.objects.filter(connection_id=self.connection_id, **{model.owner_field(): self.vendor_id})


class WithoutPage(Record):
    """What no page of ours is about."""

    class Meta(Record.Meta):
        abstract = True

    def get_absolute_url(self) -> str:
        return ""


class Owned(Record):
    """What belongs to one record of another kind, and is shown on its page."""

    OWNER: ClassVar[str]  # the owner's kind

    objects = present(OwnedQuerySet)
    with_gone = OwnedQuerySet.as_manager()

    class Meta(Record.Meta):
        abstract = True

    def get_absolute_url(self) -> str:
        """Its owner's page; lists ask `with_owner`, that no row need look for it."""
        if "owner_pk" in self.__dict__:
            known = self.owner_pk
            return reverse(f"mirror:{self.OWNER}-detail", args=[known]) if known else ""
        owner = self.owner
        return owner.get_absolute_url() if owner else ""

    @classmethod
    def owner_field(cls) -> str:
        return f"{cls.OWNER}_vendor_id"

    @classmethod
    def owner_model(cls) -> type[Record]:
        return apps.get_model("mirror", cls.OWNER.replace("_", ""))

    @property
    def owner_vendor_id(self) -> str:
        return getattr(self, self.owner_field())

    @property
    def owner(self) -> Record | None:
        return self.linked(self.owner_model(), self.owner_vendor_id)


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
    updated_at = models.DateTimeField(null=True, blank=True)  # where the vendor tells when it last changed

    class Meta(Record.Meta):
        abstract = True
        indexes = [
            models.Index(fields=["name", "id"], name="%(class)s_by_name"),
            models.Index(fields=["status"], name="%(class)s_by_status"),
        ]


class BankAccount(Owned):
    """Where money goes or comes from. No more of the number is kept than its last four."""

    SEARCHED = ("name_on_account", "last_four", "vendor_id")

    name_on_account = models.CharField(max_length=300, blank=True)
    last_four = models.CharField(max_length=4, blank=True)
    account_type = models.CharField(max_length=40, blank=True)
    owner_type = models.CharField(max_length=40, blank=True)

    class Meta(Owned.Meta):
        abstract = True

    @property
    def title(self) -> str:
        number = self.last_four and f"{DOTS}{self.last_four}"
        return " ".join(filter(None, (self.name_on_account, number))) or self.vendor_id


def spelled(parts: Iterable[Mapping[str, Any]], name: str) -> str:
    """The ids that these parts name, to be searched for."""
    return "".join(f" {part[name]}".casefold() for part in parts)


def days_since(day: date | None) -> int | None:
    """Whole days from that day until today, negative while it lies ahead."""
    return (timezone.localdate() - day).days if day else None
