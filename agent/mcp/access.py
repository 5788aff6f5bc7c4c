"""The door for outside clients: who may come in, asked anew at every request.

Its statements are written out, or once for all: the ORM takes ten times as long to write one as the database
takes to carry it out.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hmac import compare_digest
from typing import Any

from django.db import connection as database
from django.db.models import Model
from django.utils import timezone

from agent.mcp.models import Access, Reach
from agent.mcp.oauth import bearers
from console.accounts.models import Person
from console.connections.models import Connection

PREFIX = "cs_"
MINUTE = timedelta(minutes=1)
ACCESS, REACH, CONNECTION = (model._meta.db_table for model in (Access, Reach, Connection))


@dataclass(frozen=True)
class Granted:
    """An access that was let in for one request. reach: the connections it is kept to, {id: connector}."""

    access: Access
    person: Person
    reach: Mapping[int, str]


class Refused(Exception):
    """Turned away at the door; `sentence` is fit for whoever asked, and tells nothing about other tokens.

    access: whose log notes it, where the secret was a known one. scopes: with which it would not have been.
    """

    def __init__(
        self,
        status: int,
        sentence: str,
        code: str,
        *,
        retry_after_s: int | None = None,
        access: Access | None = None,
        scopes: tuple[str, ...] = (),
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.code = code
        self.retry_after_s = retry_after_s
        self.access = access
        self.scopes = scopes


def new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def admit(secret: str, *, second: str = "", by_url: bool = False) -> Granted:
    """Let one request in. Raises Refused.

    second: what came in the header X-Access-Code. by_url: the secret stood in the address.
    """
    access = _access_of(secret)
    if access is None:
        raise Refused(401, "No access token, or one that is not known here.", "unknown_token")
    _check_secret(access, second=second, by_url=by_url)
    return let_in(access)


def let_in(access: Access) -> Granted:
    """Let a known access in, if it still holds and has calls left. Raises Refused."""
    if access.is_revoked:
        raise Refused(401, "This access was revoked.", "revoked", access=access)
    if access.is_expired:
        when = f"{access.expires_at:%Y-%m-%d %H:%M} UTC"
        raise Refused(401, f"This access expired on {when}.", "expired", access=access)
    if not access.person.is_active:
        raise Refused(403, f"{access.person} may no longer sign in here.", "person_inactive", access=access)
    _count(access)
    return Granted(access, access.person, _reach_of(access))


def _access_of(secret: str) -> Access | None:
    if not secret.startswith(PREFIX):
        return bearers.access_of(secret)
    access = _first(Access, "digest", digest_of(secret))
    if access is not None:
        access.person = _first(Person, "id", access.person_id)
    return access


def _first(model: type[Model], field: str, value: object) -> Any:
    """The row that has this value, or None."""
    return next(iter(model._base_manager.raw(_selecting(model, field), [value])), None)


@cache
def _selecting(model: type[Model], field: str) -> str:
    return model._base_manager.filter(**{field: 1})[:1].query.sql_with_params()[0]


def _reach_of(access: Access) -> dict[int, str]:
    with database.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id, c.connector FROM {REACH} r JOIN {CONNECTION} c ON c.id = r.connection_id"
            " WHERE r.access_id = %s",
            [access.pk],
        )
        return dict(cursor.fetchall())


def _check_secret(access: Access, *, second: str, by_url: bool) -> None:
    if by_url and not access.in_url:
        raise Refused(
            401, "This token is taken in the Authorization header alone.", "not_in_url", access=access
        )
    if access.second_digest and not compare_digest(access.second_digest, digest_of(second)):
        raise Refused(
            401,
            "This token needs its second code too, in the header X-Access-Code.",
            "second_code",
            access=access,
        )


def _count(access: Access) -> None:
    """One call more in this minute of the clock. One statement, so that no two processes count as one."""
    now = timezone.now()
    minute = now.replace(second=0, microsecond=0)
    moment, this_minute = (database.ops.adapt_datetimefield_value(each) for each in (now, minute))
    with database.cursor() as cursor:
        cursor.execute(
            f"UPDATE {ACCESS} SET minute = %s, last_used_at = %s,"
            " calls_in_minute = CASE WHEN minute = %s THEN calls_in_minute + 1 ELSE 1 END"
            " WHERE id = %s AND revoked_at IS NULL"
            " AND (minute IS NULL OR minute <> %s OR calls_in_minute < calls_a_minute)",
            [this_minute, moment, this_minute, access.pk, this_minute],
        )
        counted = cursor.rowcount
    if not counted:
        raise _too_many(access, now, minute)


def _too_many(access: Access, now: datetime, minute: datetime) -> Refused:
    wait_s = max(1, round((minute + MINUTE - now).total_seconds()))
    sentence = f"More than {access.calls_a_minute} calls in a minute. Ask again in {wait_s} s."
    return Refused(429, sentence, "too_many_calls", retry_after_s=wait_s, access=access)
