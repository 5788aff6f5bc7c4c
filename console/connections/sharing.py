"""What all processes share of an account, in the database: its pace, its places, its sessions."""

import hashlib
import threading
import time
from contextlib import AbstractContextManager

from django.db import connection as database
from django.utils import timezone

from connectors.errors import NotConfiguredError, NotTrustedError
from connectors.rates import Gate, Pace, Priority
from connectors.registry import connector
from connectors.sharing import Session
from console.connections import vault
from console.connections.budget import CLOCK, take
from console.connections.models import Connection, VendorSession
from console.connections.places import place

# A use is noted once a minute: sessions are given up minutes before the vendor would end them.
NOTED_EVERY_S = 60
MOST_AT_ONCE = 16  # calls taken together
KEPT_S = 0.05
REFUSED_FOR_S = 300  # vendors lock an account that signs in wrongly again and again
TABLE = VendorSession._meta.db_table


class SharedByAll:
    """connectors.sharing.Shared for one connection. Credentials that were replaced make a new one."""

    def __init__(self, connection: Connection) -> None:
        self._pk, self._slug, self._connector = connection.pk, connection.slug, connection.connector
        self._credentials = hashlib.sha256(bytes(connection.sealed_credentials)).hexdigest()
        self._lock = threading.Lock()
        self._taken: dict[str, tuple[int, float]] = {}  # by pace: calls that are left, and until when

    def take(self, pace: Pace, priority: Priority) -> float:
        """For a sync several calls at once, as far as the account's limit has room for them and more.

        It makes hundreds a second where it may, and each would ask the database before. What it does not use
        within a moment is lost, so that its pace stays even.
        """
        several = int(min(MOST_AT_ONCE, pace.limit.room_s(priority) * pace.limit.calls_per_s / 4))
        if priority != Priority.SYNC or several < 2:
            return take(pace, priority)
        with self._lock:
            left, until = self._taken.get(pace.name, (0, 0.0))
            if not left or time.monotonic() > until:
                if wait_s := take(pace, priority, calls=several):
                    return wait_s
                left, until = several, time.monotonic() + KEPT_S
            self._taken[pace.name] = left - 1, until
            return 0.0

    def place(
        self, gate: Gate, priority: Priority, *, wait_s: float, lease_s: float
    ) -> AbstractContextManager[None]:
        return place(gate, priority, wait_s=wait_s, lease_s=lease_s)

    def held(self, kind: str) -> Session | None:
        clock = CLOCK[database.vendor]
        mine = "connection_id = %s AND kind = %s AND credentials = %s"
        values = [self._pk, kind, self._credentials]
        with database.cursor() as cursor:
            cursor.execute(
                f"SELECT sealed, idle_s, {clock} - used_at, ends_at - {clock}, refused_until > {clock},"
                f" refusal, is_trust_lost FROM {TABLE} WHERE {mine}",
                values,
            )
            found = cursor.fetchone()
            if found is None:
                return None
            sealed, idle_s, unused_s, lasts_s, is_refused, refusal, is_trust_lost = found
            if is_refused:
                told = NotTrustedError if is_trust_lost else NotConfiguredError
                raise told(refusal, vendor=connector(self._connector).title)
            if not sealed or unused_s > idle_s or lasts_s <= 0:
                return None
            if unused_s > NOTED_EVERY_S:
                cursor.execute(f"UPDATE {TABLE} SET used_at = {clock} WHERE {mine}", values)
        opened = vault.unseal(bytes(sealed), purpose=self._purpose(kind))
        return Session(opened["id"], idle_s=idle_s, lasts_s=lasts_s)

    def keep(self, kind: str, session: Session) -> None:
        sealed = vault.seal({"id": session.id}, purpose=self._purpose(kind))
        self._write(
            kind,
            sealed=sealed,
            mark=_mark(session),
            idle_s=session.idle_s,
            lasts_s=session.lasts_s,
            refusal="",
        )

    def forget(self, kind: str, session: Session) -> None:
        of_it = VendorSession.objects.filter(connection_id=self._pk, kind=kind, mark=_mark(session))
        of_it.update(sealed=b"", mark="")

    def refuse(self, kind: str, error: NotConfiguredError) -> None:
        is_trust_lost = isinstance(error, NotTrustedError)
        self._write(kind, refusal=error.sentence[:500], is_trust_lost=is_trust_lost)
        if is_trust_lost:  # whatever we were told when it was given
            now = timezone.now()
            Connection.objects.filter(pk=self._pk, trusted_until__gt=now).update(trusted_until=now)

    def _purpose(self, kind: str) -> str:
        return f"{self._slug} session {kind}"

    def _write(
        self,
        kind: str,
        *,
        refusal: str,
        is_trust_lost: bool = False,
        sealed: bytes = b"",
        mark: str = "",
        idle_s: float = 0,
        lasts_s: float = 0,
    ) -> None:
        row = VendorSession(connection_id=self._pk, kind=kind)
        VendorSession.objects.bulk_create([row], ignore_conflicts=True)
        clock = CLOCK[database.vendor]
        with database.cursor() as cursor:
            cursor.execute(
                f"UPDATE {TABLE} SET credentials = %s, sealed = %s, mark = %s, used_at = {clock},"
                f" idle_s = %s, ends_at = {clock} + %s, refusal = %s, is_trust_lost = %s,"
                f" refused_until = {clock} + %s WHERE connection_id = %s AND kind = %s",
                [self._credentials, sealed, mark, idle_s, lasts_s, refusal, is_trust_lost]
                + [REFUSED_FOR_S if refusal else 0, self._pk, kind],
            )


def _mark(session: Session) -> str:
    return hashlib.sha256(session.id.encode()).hexdigest()
