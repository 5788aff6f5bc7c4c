"""Files of customers that are to be made at BILL, as they were uploaded."""

from django.conf import settings
from django.db import models
from django.urls import reverse


class Import(models.Model):
    """An uploaded file. It never changes: whoever corrects it uploads another."""

    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    connection = models.ForeignKey("connections.Connection", on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("imports:detail", args=[self.pk])

    @property
    def number(self) -> str:
        return f"I-{self.pk}"
