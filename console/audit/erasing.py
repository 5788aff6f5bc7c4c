"""Erasing personal data: the value goes, the entry and the chain stay, and the log says who erased what."""

from django.db import transaction

from console.accounts.models import Person
from console.audit import log
from console.audit.models import Entry, PersonalDatum

ERASED = "personal.erased"


def erase_personal(*, seq: int, actor: Person, reason: str) -> Entry | None:
    """Delete the personal values of one entry; None when it has none left."""
    with transaction.atomic():
        data = PersonalDatum.objects.filter(entry_seq=seq)
        names = sorted(data.values_list("name", flat=True))
        if not names:
            return None
        data.delete()
        return log.record(
            ERASED,
            actor=actor,
            actor_kind=Entry.ActorKind.HUMAN,
            object_kind="audit_entry",
            object_id=str(seq),
            summary=f"Erased personal data of entry {seq}",
            after={"names": names},
            reason=reason,
        )
