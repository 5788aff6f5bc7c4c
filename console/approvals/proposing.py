"""The one door into the queue: chat, forms and outside clients all file their writes here."""

import hashlib
import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any

import rfc8785
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from connectors.catalogue import Operation, find_operation
from connectors.errors import ArgumentsError
from connectors.hiding import without
from connectors.judging import Expectation, Flag, Judge, ListJudge, Money, Snapshot
from connectors.registry import connector
from connectors.requests import KEY, Request, holes
from console.accounts.models import Person
from console.approvals import asking, files, moves, policy
from console.approvals.errors import AlreadyProposedError, BlockedError, NotAllowedError, StaleDecisionError
from console.approvals.models import Hold, Proposal, Step
from console.approvals.wording import clipped, is_storable, visible, visible_all
from console.audit import log
from console.connections.clients import connection_for
from console.connections.models import Connection
from console.ui.live import hint

MAX_STEPS = 10
LARGEST_MINOR = 10**15  # of one step; beyond it neither a column nor a JSON number is exact for long


@dataclass(frozen=True)
class StepDraft:
    """One write as asked for: an operation's name (or alias) and its arguments, `$ref`s allowed.

    sources: argument name to where its value came from, in words ("typed by Priya").
    """

    operation: str
    arguments: Mapping[str, Any]
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Origin:
    """Where a proposal was asked for: a conversation, a form, a token; a kind and an id as text.

    told: in words who asked there, where the requester's name alone does not say it.
    """

    kind: str
    id: str = ""
    told: str = ""


@dataclass(frozen=True)
class PreparedStep:
    operation: Operation
    arguments: dict[str, Any]
    request: Request
    refs: tuple[str, ...]
    before: Snapshot
    expectation: Expectation
    sources: Mapping[str, str]


def propose(
    *,
    actor: Person,
    steps: Sequence[StepDraft],
    reason: str,
    origin: Origin,
    connection: Connection | None = None,
    proposer_kind: str = Proposal.ProposerKind.HUMAN,
    supersedes: Proposal | None = None,
    ceilings: Mapping[str, int] | None = None,
) -> Proposal:
    """File one write, or an ordered plan of writes on one connection, for a person to decide.

    connection: the account of the record it is about; without one, the vendor's first. ceilings: the most
    that whoever asks may move by it, in minor units by currency; without any, the policy alone counts.
    Reads the targets live. Raises ArgumentsError (a value does not fit), BlockedError (it would be refused
    for certain), AlreadyProposedError (a live proposal holds the same thing), NotAllowedError, or a
    VendorError from reading. Nothing is stored then, and never is anything sent.
    """
    if not actor.is_active or not actor.has_perm("approvals.propose"):
        raise NotAllowedError(f"{actor} may not propose changes.")
    if not 1 <= len(steps) <= MAX_STEPS:
        raise ArgumentsError([f"A proposal has between 1 and {MAX_STEPS} steps; this one has {len(steps)}."])
    operations = [_write_operation(draft.operation) for draft in steps]
    if not is_storable([reason, *(draft.arguments for draft in steps)]):
        raise ArgumentsError(["A text holds a zero byte or half a character; give it without."])
    connection = _one_connection(operations, connection)
    prepared = [
        _prepare(connection, operation, draft, position, operations)
        for position, (operation, draft) in enumerate(zip(operations, steps, strict=True), start=1)
    ]
    if ceilings:
        policy.keep_below(ceilings, [step.expectation.money for step in prepared])
    things = [thing for step in prepared for thing in _held(connection, step)]
    if len(set(things)) < len(things):
        raise ArgumentsError(["Two steps of this plan do the same to the same record; leave one out."])
    canonical = canonical_form(connection, [(step.request, step.refs) for step in prepared])
    try:
        return _file(
            actor=actor,
            connection=connection,
            prepared=prepared,
            canonical=canonical,
            reason=reason,
            origin=origin,
            proposer_kind=proposer_kind,
            supersedes=supersedes,
        )
    except IntegrityError:
        held = Hold.objects.filter(is_live=True, thing__in=things).select_related("step__proposal")
        if first := held.first():
            raise AlreadyProposedError(first.step.proposal) from None
        raise


def canonical_form(connection: Connection, steps: Iterable[tuple[Request, Sequence[str]]]) -> str:
    """The RFC 8785 text under a proposal's digest: what is sent, and where; strings only."""
    return rfc8785.dumps(
        {
            "connection": connection.slug,
            "account": dict(
                connection.injected
            ),  # which company's books, wherever the request itself is silent
            "base_url": connection.base_url,
            "bases": dict(connection.bases),
            "steps": [{**request.as_dict(), "refs": list(refs)} for request, refs in steps],
        }
    ).decode()


def digest_of(canonical: str) -> str:
    return hashlib.sha256(canonical.encode()).hexdigest()


def _write_operation(name: str) -> Operation:
    try:
        operation = find_operation(name)
    except KeyError:
        raise ArgumentsError([f"There is no operation called {name}."]) from None
    if operation.is_read:
        raise ArgumentsError([f"{operation.name} only reads; reading needs no approval."])
    return operation


def _one_connection(operations: Sequence[Operation], chosen: Connection | None) -> Connection:
    connectors = {operation.connector for operation in operations}
    if chosen:
        connectors.add(chosen.connector)
    if len(connectors) > 1:
        raise ArgumentsError(["All steps of one plan go to the same system; make one proposal for each."])
    connection = chosen or connection_for(connectors.pop())
    if connection.paused_at:
        raise BlockedError(f"Changes to {connection.name} are paused.")
    return connection


def _prepare(
    connection: Connection,
    operation: Operation,
    draft: StepDraft,
    position: int,
    operations: Sequence[Operation],
) -> PreparedStep:
    arguments = operation.arguments(draft.arguments)
    if operation.takes_file:
        arguments |= files.facts_of(arguments["file"])
    if operation.reference:
        own = str(uuid.uuid4()) if operation.reference == KEY else new_reference()
        arguments[operation.reference] = own
    refs = _references(arguments)
    for step, result in refs:
        if not 1 <= step < position or result not in operations[step - 1].returns:
            raise ArgumentsError(
                [f"Step {position} uses {result!r} of step {step}, which does not give that."]
            )
    request = operation.request(arguments, connection.injected)
    names = {f"step{step}.{result}" for step, result in refs}
    if set(holes(request)) != names:
        # Somebody's text looks like a hole; filling it would send what nobody approved.
        raise ArgumentsError(["A value contains {{step…}}, which is reserved for results of earlier steps."])
    before = asking.look(connection, operation.name, arguments)
    judge = connector(operation.connector).judges[operation.judge]
    expectation = _expected(judge, before, arguments)
    if blocked := [flag for flag in expectation.flags if flag.level == "blocked"]:
        raise BlockedError(blocked[0].detail or blocked[0].title)
    return PreparedStep(
        operation, arguments, request, tuple(sorted(names)), before, expectation, draft.sources
    )


def new_reference() -> str:
    """A text by which a record at the vendor is known as this request's own."""
    return f"CS-{secrets.token_hex(8).upper()}"


def _expected(judge: Judge, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
    too_large = ArgumentsError([f"An amount is larger than any we can keep: {LARGEST_MINOR:,} minor units."])
    try:
        expectation = judge.expect(before, arguments)
    except ArithmeticError:
        raise too_large from None
    if abs(expectation.money.amount_minor or 0) > LARGEST_MINOR:
        raise too_large
    return expectation


def _references(value: Any) -> set[tuple[int, str]]:
    if isinstance(value, Mapping):
        if "$ref" in value:
            return {(int(value["$ref"]["step"]), str(value["$ref"]["result"]))}
        value = list(value.values())
    return set().union(*map(_references, value)) if isinstance(value, list) else set()


def _file(
    *,
    actor: Person,
    connection: Connection,
    prepared: Sequence[PreparedStep],
    canonical: str,
    reason: str,
    origin: Origin,
    proposer_kind: str,
    supersedes: Proposal | None,
) -> Proposal:
    stake = _at_stake([step.expectation.money for step in prepared])
    ruling = policy.rule_on([step.expectation.money for step in prepared])
    flags = [
        *_too_few_deciders(actor, ruling),
        *(flag for step in prepared for flag in step.expectation.flags),
    ]
    sentence, summary = _in_words(prepared)
    now = timezone.now()
    with transaction.atomic():
        if supersedes:
            if supersedes.status != Proposal.Status.PENDING:
                raise StaleDecisionError(f"{supersedes.number} is no longer waiting, so nothing replaces it.")
            moves.move(
                supersedes,
                Proposal.Status.SUPERSEDED,
                action="proposal.superseded",
                actor=actor,
                actor_kind="human",
            )
        proposal = Proposal.objects.create(
            connection=connection,
            digest=digest_of(canonical),
            canonical=canonical,
            sentence=clipped(sentence),
            summary=visible(summary),
            card=visible_all(
                {
                    "goes_to": _joined(step.expectation.goes_to for step in prepared),
                    "undo": _joined(step.expectation.undo for step in prepared),
                    "party": _joined(step.before.party for step in prepared),
                    "flags": [asdict(flag) for flag in flags],
                }
            ),
            effects=sorted({effect for step in prepared for effect in step.operation.effects}),
            amount_minor=stake.amount_minor,
            currency=stake.currency or "",
            direction=stake.direction,
            reason=reason.strip(),
            requester=actor,
            proposer_kind=proposer_kind,
            origin_kind=origin.kind,
            origin_id=origin.id,
            origin_told=visible(origin.told)[:400],
            trace_id=uuid.uuid4(),
            policy=ruling.as_dict(),
            needed_approvals=ruling.needed,
            supersedes=supersedes,
            created_at=now,
            expires_at=now + timedelta(seconds=settings.PROPOSAL_LIFETIME_S),
            due_at=now + timedelta(seconds=settings.PROPOSAL_LIFETIME_S),
        )
        for position, step in enumerate(prepared, start=1):
            _file_step(proposal, position, step)
        by = f" by {proposal.origin_told}" if proposal.origin_told else ""
        log.record(
            "proposal.created",
            actor=actor if proposer_kind == Proposal.ProposerKind.HUMAN else None,
            actor_kind="human" if proposer_kind == Proposal.ProposerKind.HUMAN else "agent",
            on_behalf_of=actor if proposer_kind != Proposal.ProposerKind.HUMAN else None,
            **moves.about(proposal),
            summary=f"Proposed{by}: {proposal.sentence}",
            reason=proposal.reason,
            before={str(at): step.before.fields for at, step in enumerate(prepared, start=1)},
            after=moves.plain({str(at): _loggable(step) for at, step in enumerate(prepared, start=1)}),
        )
        hint(f"proposal.{proposal.pk}")
        hint("inbox")
    return proposal


def _loggable(step: PreparedStep) -> dict[str, str]:
    """The request with dots for secrets; what is sent, and the digest covers, has them whole."""
    return without(step.operation.secrets_in(step.arguments), step.request.as_dict())


def _too_few_deciders(requester: Person, ruling: policy.Ruling) -> list[Flag]:
    """A warning where nobody could approve this today; it waits until an administrator names more."""
    others = Person.objects.with_perm("approvals.decide").exclude(pk=requester.pk)
    names = ", ".join(sorted(map(str, others)))
    if len(others) >= ruling.needed:
        return []
    who = f"only {names} may" if names else "nobody else may"
    needed = f"It needs {ruling.needed} approvals, and {who} give one."
    return [Flag("caution", "Too few people can approve this", f"{needed} Ask an administrator.")]


def _file_step(proposal: Proposal, position: int, step: PreparedStep) -> None:
    row = Step.objects.create(
        proposal=proposal,
        position=position,
        operation=step.operation.name,
        arguments=moves.plain(step.arguments),
        **replace(step.request, idempotency_key="").as_dict(),  # which stands among the arguments
        refs=list(step.refs),
        record_kind=step.before.kind,
        record_key=step.before.key,
        before=asdict(step.before),
        card=visible_all({**asdict(step.expectation), "sources": dict(step.sources)}),
    )
    Hold.objects.bulk_create(Hold(step=row, thing=thing) for thing in _held(proposal.connection, step))


def _held(connection: Connection, step: PreparedStep) -> list[str]:
    """What one live proposal keeps to itself: the record it changes, or the very request if it makes one.

    And whatever it pays, in whichever way and over whichever of the connections to one account: two that are
    both right alone would pay it twice together.
    """
    paid = sorted(step.operation.paid_in(step.arguments))
    account = digest_of(rfc8785.dumps([connection.base_url, dict(connection.injected)]).decode())
    pays = [f"{account}|pays {step.operation.pays.kind}|{key}" for key in paid]
    return [f"{connection.pk}|{step.operation.name}|{_changed(connection, step)}", *pays]


def _changed(connection: Connection, step: PreparedStep) -> str:
    """The key of the record that a step changes, or the digest of its request where it has none."""
    record = step.operation.record
    key = step.arguments.get(record.key) if record else None
    if not isinstance(key, str | int):
        ours = step.arguments.get(step.operation.reference, "")  # no two requests have the same one
        request = replace(step.request, idempotency_key="")
        alike = replace(request, body=request.body.replace(ours, "")) if ours else request
        key = digest_of(canonical_form(connection, [(alike, step.refs)]))
    return str(key)


def _at_stake(moneys: Sequence[Money]) -> Money:
    """The money of all steps as one amount; where they cannot be added, the direction says unknown."""
    moving = [money for money in moneys if money.direction != "none"]
    if not moving:
        return Money(None, None, "none")
    if len(moving) == 1:
        return moving[0]
    kinds = {(money.currency, money.direction, (money.amount_minor or 0) < 0) for money in moving}
    if len(kinds) == 1 and all(money.amount_minor is not None for money in moving):
        return Money(sum(money.amount_minor for money in moving), moving[0].currency, moving[0].direction)
    return Money(None, None, "unknown")


def _in_words(prepared: Sequence[PreparedStep]) -> tuple[str, str]:
    """Sentence and summary; a list that was cut into steps is told as the one list that it is."""
    operation = prepared[0].operation
    judge = connector(operation.connector).judges[operation.judge]
    is_list = len(prepared) > 1 and all(step.operation is operation for step in prepared)
    if is_list and isinstance(judge, ListJudge):
        return judge.whole([step.arguments for step in prepared])
    first, *rest = (step.expectation.sentence for step in prepared)
    sentence = ", then ".join([first, *(text[:1].lower() + text[1:] for text in rest)])
    return sentence, " ".join(step.expectation.summary for step in prepared)


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))
