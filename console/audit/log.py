"""Writing the log: one entry per change, in the change's own transaction."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from connectors.money import is_known, normal_currency, to_decimal
from console.accounts.models import Person
from console.audit import canonical, source
from console.audit.models import Entry, Head, PersonalDatum
from console.ui.live import hint

LABELS = {"agent": "Agent", "worker": "Worker", "system": "System", "vendor": "Vendor"}


class OutsideTransactionError(RuntimeError):
    """An entry was to be written outside the transaction of the change it tells of."""


class MoneyLike(Protocol):
    amount_minor: int | None
    currency: str | None
    direction: str


def record(
    action: str,
    *,
    actor: Person | None,
    actor_kind: str,
    object_kind: str,
    object_id: str,
    summary: str,
    on_behalf_of: Person | None = None,
    before: Any = None,
    after: Any = None,
    money: MoneyLike | tuple[int | None, str | None] | None = None,
    vendor: str = "",
    vendor_object_id: str = "",
    proposal_id: str = "",
    digest: str = "",
    attempt_id: str = "",
    outcome: str = "",
    reason: str = "",
    trace_id: str = "",
    personal: Mapping[str, str] | None = None,
    decision_ids: Iterable[str] = (),
    occurred_at: datetime | None = None,
    auth_strength: str = "",
) -> Entry:
    """Append one entry. If it cannot be written, the change must not happen, so this raises.

    The head stays locked until the transaction ends: record last, after other rows are locked and changed.

    actor_kind: human, agent, worker, vendor or system; an agent acts on behalf of a person.
    money: anything with amount_minor, currency and direction, or a pair (amount_minor, currency).
    personal: values that may have to be erased one day; the entry holds only their salted hashes.
    Raises OutsideTransactionError, and NotRecordableError for floats, large integers and broken text.
    """
    if not connection.in_atomic_block:
        raise OutsideTransactionError(f"{action} must be recorded inside the transaction of its change")
    if actor_kind == Entry.ActorKind.AGENT and actor is not None:
        actor, on_behalf_of = None, on_behalf_of or actor
    head = Head.objects.select_for_update().get()
    now = timezone.now()
    by_hand = actor_kind == Entry.ActorKind.HUMAN
    salted = {
        name: (secrets.token_hex(16), canonical.column_text(value))
        for name, value in (personal or {}).items()
    }
    amount, currency, direction = _money(money)
    entry = Entry(
        seq=head.seq + 1,
        event_id=str(uuid4()),
        schema_version=canonical.SCHEMA_VERSION,
        occurred_at_text=canonical.time_text(occurred_at or now),
        recorded_at_text=canonical.time_text(now),
        actor_kind=Entry.ActorKind(actor_kind).value,
        actor_id=_id(actor),
        actor_label=label(actor) if actor else LABELS.get(actor_kind, "Unknown person"),
        on_behalf_of_id=_id(on_behalf_of),
        on_behalf_of=label(on_behalf_of) if on_behalf_of else "",
        auth_strength=canonical.column_text(auth_strength),
        session_ref=source.session_ref() if by_hand else "",
        source_ip=canonical.column_text(source.address()) if by_hand else "",
        action=canonical.column_text(action),
        summary=canonical.column_text(summary),
        object_kind=canonical.column_text(object_kind),
        object_id=canonical.column_text(object_id),
        vendor=canonical.column_text(vendor),
        vendor_object_id=canonical.column_text(vendor_object_id),
        proposal_id=canonical.column_text(proposal_id),
        digest=canonical.column_text(digest),
        decision_ids_json=_json([str(one) for one in decision_ids]),
        attempt_id=canonical.column_text(attempt_id),
        outcome=canonical.column_text(outcome),
        reason=canonical.column_text(reason),
        before_json=_json(before),
        after_json=_json(after),
        money_amount=amount,
        money_currency=currency,
        money_direction=direction,
        trace_id=canonical.column_text(trace_id),
        personal_json=_json({name: canonical.personal_hash(*pair) for name, pair in salted.items()}),
        prev_hash=head.chain_hash,
    )
    entry.leaf_hash = canonical.leaf_hash(canonical.canonical_bytes(entry.event()))
    entry.chain_hash = canonical.chain_hash(entry.prev_hash, entry.leaf_hash)
    entry.save(force_insert=True)
    Head.objects.filter(pk=head.pk).update(seq=entry.seq, chain_hash=entry.chain_hash)
    for name, (salt, value) in salted.items():
        PersonalDatum.objects.create(entry_seq=entry.seq, name=name, salt=salt, value=value)
    hint("audit")
    return entry


def label(person: Person) -> str:
    """Name and e-mail as they are now; the entry keeps them when the account is gone."""
    name = canonical.column_text(str(person))
    return f"{name} <{canonical.column_text(person.email)}>" if person.email else name


def _id(person: Person | None) -> str:
    return "" if person is None else str(person.pk)


def _json(value: Any) -> str:
    return canonical.json_text(canonical.normal(value))


def _money(money: MoneyLike | tuple[int | None, str | None] | None) -> tuple[str, str, str]:
    """Decimal text, currency and direction. An unknown currency keeps its minor units and says so."""
    if money is None:
        return "", "", ""
    if isinstance(money, tuple):
        (amount_minor, currency), direction = money[:2], ""
    else:
        amount_minor, currency, direction = money.amount_minor, money.currency, money.direction
    if amount_minor is None or not currency:
        return "", canonical.column_text(currency), canonical.column_text(direction)
    if not is_known(currency):
        return str(amount_minor), f"{canonical.column_text(currency)} (minor units)", direction
    return canonical.decimal_text(to_decimal(amount_minor, currency)), normal_currency(currency), direction
