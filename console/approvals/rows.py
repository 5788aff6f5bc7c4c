"""Steps about several records that a vendor takes or refuses one by one: what became of each of them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from connectors import schemas
from connectors.catalogue import find_operation
from connectors.judgements import NOTHING, shown_value
from connectors.judging import RowOutcome
from console.approvals import moves
from console.approvals.models import Attempt, Step
from console.approvals.wording import visible, written_out
from console.audit import log

IN_WORDS = {"took": "done", "there": "there already", "refused": "refused"}
SETTLED = tuple(IN_WORDS)
OTHERS = {
    "there": "there already",
    "refused": "refused",
    "failed": "without effect",
    "absent": "not shown yet",
    "unknown": "not clear",
    "not_run": "not sent",
}
# What a record is while nothing was said of it, by its step.
BEFORE = {
    Step.Status.WAITING: "waiting",
    Step.Status.RUNNING: "running",
    Step.Status.CONFIRMED: "took",
    Step.Status.FAILED: "failed",
    Step.Status.UNKNOWN: "unknown",
    Step.Status.NOT_RUN: "not_run",
}


@dataclass(frozen=True)
class Row:
    """One of several records: what is sent of it, and what became of it. number: its place in the plan."""

    number: int
    cells: tuple[str, ...]
    fate: str
    key: str
    said: str


@dataclass(frozen=True)
class Table:
    """The records of one step as a person reads them, hidden characters written out."""

    labels: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Counted:
    """How many records of a plan came to what; they may not all have been sent yet."""

    total: int
    by_fate: Mapping[str, int]

    @property
    def took(self) -> int:
        return self.by_fate.get("took", 0)

    @property
    def settled(self) -> int:
        return sum(self.by_fate.get(fate, 0) for fate in SETTLED)

    def __str__(self) -> str:
        others = [(fate, self.by_fate.get(fate, 0)) for fate in OTHERS]
        rest = ", ".join(f"{count} {OTHERS[fate]}" for fate, count in others if count)
        return f"{self.took} of {self.total} done" + (f": {rest}" if rest else "")


def keep(attempt: Attempt, rows: Sequence[RowOutcome]) -> None:
    """Keep what reading showed of each record; what is settled goes into the log, once, by its own id."""
    before = attempt.step.rows or [None] * len(rows)
    Step.objects.filter(pk=attempt.step_id).update(rows=[asdict(row) for row in rows])
    proposal, about = attempt.step.proposal, moves.about(attempt.step.proposal, attempt.step)
    for number, (row, was) in enumerate(zip(rows, before, strict=True), start=1):
        if row.kind not in SETTLED or (was and was["kind"] == row.kind):
            continue
        log.record(
            "attempt.row",
            actor=None,
            actor_kind="worker",
            **about | {"vendor_object_id": row.key},
            attempt_id=str(attempt.pk),
            summary=f"{proposal.number} step {attempt.step.position}, record {number}: {_told(row)}",
            outcome=row.kind,
        )


def _told(row: RowOutcome) -> str:
    title = visible(f"{row.title} ({row.key})" if row.key else row.title)
    return f"{title} {IN_WORDS[row.kind]}" + (f": {visible(row.sentence)}" if row.sentence else "")


def are_one_list(steps: Iterable[Step]) -> bool:
    """Whether the steps do the same to records that were told one by one: a list cut into pieces."""
    steps = list(steps)
    return len({step.operation for step in steps}) == 1 and any(step.rows for step in steps)


def counted(steps: Iterable[Step]) -> Counted | None:
    """None where the steps have no rows."""
    steps = [step for step in steps if step.rows or records_in(step)]
    if not steps:
        return None
    fates = Counter(fate for step in steps for fate, _, _ in fates_of(step, len(records_in(step))))
    return Counted(sum(fates.values()), fates)


def fates_of(step: Step, count: int) -> list[tuple[str, str, str]]:
    """Of each record what became of it, its key at the vendor, and what was said about it."""
    if not step.rows:
        return [(BEFORE[step.status], "", "")] * count
    ended = step.status in (Step.Status.FAILED, Step.Status.CONFIRMED)
    return [
        ("failed" if ended and row["kind"] == "absent" else row["kind"], row["key"], row["sentence"])
        for row in step.rows
    ]


def table_of(step: Step, *, first: int) -> Table | None:
    """None for a step that is not about several records. first: the number of its first one in the plan."""
    records = records_in(step)
    fates = fates_of(step, len(records))
    if not fates:
        return None
    if records:
        labels = labels_of(step, records)
        told = [tuple(_text(record.get(name)) for name in labels) for record in records]
    else:
        labels, told = {"": "Record"}, [(written_out(row["title"]),) for row in step.rows]
    rows = [
        Row(number, cells, fate, key, written_out(said))
        for number, (cells, (fate, key, said)) in enumerate(zip(told, fates, strict=True), start=first)
    ]
    return Table(tuple(labels.values()), tuple(rows))


def labels_of(step: Step, records: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The names of what any of the records says, in the catalogue's order, with their titles."""
    schema = find_operation(step.operation).input_schema["properties"]
    wanted = next(inner["items"] for inner in schema.values() if inner.get("type") == "array")["properties"]
    said = {name for record in records for name in record}
    return {name: schemas.label_of(name, inner) for name, inner in wanted.items() if name in said}


def _text(value: Any) -> str:
    return "" if value is None else written_out(shown_value(value))


def records_in(step: Step) -> list[Mapping[str, Any]]:
    """The records that a step makes anew, several plain ones in one call; none for any other step."""
    operation = find_operation(step.operation)
    lists = [value for value in step.arguments.values() if isinstance(value, list)]
    if operation.record or operation.secrets or len(lists) != 1:
        return []
    records, moves_money = lists[0], step.card["money"]["direction"] != "none"
    plain = not moves_money and all(
        isinstance(one, Mapping) and not any(map(_is_nested, one.values())) for one in records
    )
    return records if plain and all(change["now"] == NOTHING for change in step.card["changes"]) else []


def _is_nested(value: Any) -> bool:
    return isinstance(value, Mapping | list)
