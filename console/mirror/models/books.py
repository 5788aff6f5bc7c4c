"""How amounts are filed at BILL, and where our own money is."""

from django.db import models

from connectors.hiding import DOTS
from console.mirror.models.records import WithoutPage


class Classification(WithoutPage):
    """A name that amounts are filed under. `family`: which of the lists of names it stands in."""

    KIND = "classification"
    SEARCHED = ("name", "code", "family", "vendor_id")

    family = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=300, blank=True)
    code = models.CharField(max_length=120, blank=True)
    type = models.CharField(max_length=40, blank=True)
    parent_vendor_id = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=40, blank=True)
    is_archived = models.BooleanField(default=False)

    class Meta(WithoutPage.Meta):
        indexes = [models.Index(fields=["connection", "family", "name"], name="classification_by_family")]


class FundingAccount(WithoutPage):
    """A bank account or card that we pay from. No more of the number is kept than its last four."""

    KIND = "funding_account"
    SEARCHED = ("name", "name_on_account", "last_four", "vendor_id")

    type = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=300, blank=True)
    name_on_account = models.CharField(max_length=300, blank=True)
    last_four = models.CharField(max_length=4, blank=True)
    status = models.CharField(max_length=40, blank=True)
    pays_by_default = models.BooleanField(default=False)
    is_archived = models.BooleanField(default=False)

    class Meta(WithoutPage.Meta):
        pass

    @property
    def title(self) -> str:
        number = self.last_four and f"{DOTS}{self.last_four}"
        return " ".join(filter(None, (self.name, number))) or self.vendor_id
