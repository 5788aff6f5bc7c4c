from django.contrib.auth.models import AbstractUser
from django.db import models


class Person(AbstractUser):
    """Somebody who signs in. What he may do comes from his groups, the roles of `roles.py`."""

    first_name = None
    last_name = None
    full_name = models.CharField(max_length=200)

    REQUIRED_FIELDS = ["email", "full_name"]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self).split(" ")[0]

    @property
    def initials(self) -> str:
        words = str(self).split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    @property
    def role(self) -> str:
        group = self.groups.first()
        return group.name if group else "No role"


class WrongPasswords(models.Model):
    """How many came under one heading since a moment; see `throttle`."""

    heading = models.CharField(
        primary_key=True, max_length=64
    )  # a hash: what is typed as name may be a password
    count = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "wrong passwords"

    def __str__(self) -> str:
        return f"{self.count} since {self.since}"
