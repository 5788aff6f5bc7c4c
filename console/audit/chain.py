"""Walking the chain: each entry's bytes hash to its leaf, and each leaf to the next link."""

from collections.abc import Iterable
from dataclasses import dataclass

from console.audit import canonical
from console.audit.models import Entry


@dataclass(frozen=True)
class Link:
    """A place in the chain: an entry's number and the chain hash that stands there."""

    seq: int
    chain_hash: str


BEGINNING = Link(0, canonical.GENESIS)


@dataclass(frozen=True)
class Break:
    """The first entry that is wrong, and what is wrong with it in a sentence."""

    seq: int
    sentence: str


@dataclass(frozen=True)
class Walk:
    """How far the chain is whole, and where it is not."""

    reached: Link
    entries: int
    broken: Break | None = None


def walk(
    rows: Iterable[Entry],
    *,
    start: Link = BEGINNING,
    head: Link | None = None,
    known: Iterable[Link] = (),
) -> Walk:
    """Follow rows, ascending, from `start` to the first break or the end. Holds one row at a time.

    head: where the chain must end. known: links stated elsewhere (checkpoints), ascending, that it must pass.
    """
    here, entries = start, 0
    stated = iter([link for link in known if link.seq > start.seq])
    next_stated = next(stated, None)
    for row in rows:
        broken = _check(row, here)
        if broken is None:
            here, entries = Link(row.seq, row.chain_hash), entries + 1
            while broken is None and next_stated is not None and next_stated.seq == here.seq:
                broken = _compare(here, next_stated)
                next_stated = next(stated, None)
        if broken:
            return Walk(here, entries, broken)
    unreached = [link for link in (next_stated, *stated) if link]
    return Walk(here, entries, _check_end(here, head, unreached[-1] if unreached else None))


def _check(row: Entry, here: Link) -> Break | None:
    expected = here.seq + 1
    if row.seq > expected:
        gone = (
            f"Entry {expected} is" if row.seq == expected + 1 else f"Entries {expected} to {row.seq - 1} are"
        )
        return Break(expected, f"{gone} missing.")
    if row.seq < expected:
        return Break(row.seq, f"Entry {row.seq} stands after entry {here.seq}: the order was changed.")
    try:
        leaf = canonical.leaf_hash(canonical.canonical_bytes(row.event()))
    except (ValueError, TypeError, AttributeError):
        leaf = None
    if leaf != row.leaf_hash:
        return Break(row.seq, f"Entry {row.seq} was changed: its content does not match its own hash.")
    if row.prev_hash != here.chain_hash:
        return Break(row.seq, f"Entry {row.seq} does not follow entry {here.seq}: one of them was replaced.")
    if row.chain_hash != canonical.chain_hash(here.chain_hash, leaf):
        return Break(row.seq, f"Entry {row.seq} was changed: its chain hash is not that of its content.")
    return None


def _compare(here: Link, stated: Link) -> Break | None:
    if here.chain_hash == stated.chain_hash:
        return None
    return Break(here.seq, f"The log was rewritten: entry {here.seq} differs from what a checkpoint stated.")


def _check_end(here: Link, head: Link | None, furthest: Link | None) -> Break | None:
    if furthest is not None:
        return Break(
            here.seq + 1,
            f"The end is missing: the log stops at entry {here.seq}, "
            f"a checkpoint stated {furthest.seq} entries.",
        )
    if head is None or head == here:
        return None
    if head.seq > here.seq:
        return Break(
            here.seq + 1, f"The end is missing: the log stops at entry {here.seq}, its head says {head.seq}."
        )
    if head.seq < here.seq:
        return Break(head.seq + 1, f"Entry {head.seq + 1} stands beyond the head of the log.")
    return Break(here.seq, f"Entry {here.seq} is not the one that the head of the log names.")
