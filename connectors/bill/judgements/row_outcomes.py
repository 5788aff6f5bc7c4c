"""What became of each of several records, from BILL's answers about them and from what it shows."""

from collections.abc import Mapping
from typing import Any

from connectors.bill.dialect import TELLS_NOTHING, complaint_in
from connectors.bill.judgements.several import shortened
from connectors.judging import Attempted, RowOutcome, Verdict

ALREADY_THERE = "BDC_1171"
SAYS = {
    "took": "done",
    "there": "there already",
    "refused": "refused",
    "absent": "not shown by BILL",
    "unknown": "not clear",
}


def verdict_of(rows: tuple[RowOutcome, ...]) -> Verdict:
    """All rows as one verdict; while one is not settled, the whole is not."""
    kinds = {row.kind for row in rows}
    counted = {name: count for name in SAYS if (count := sum(row.kind == name for row in rows))}
    if "unknown" in kinds:
        kind = "cannot_tell"
    elif "absent" in kinds:
        kind = "absent"
    elif "took" in kinds:
        kind = "took" if kinds == {"took"} else "partly"
    else:
        kind = "refused"
    sentence = "; ".join(_told(rows, name, count) for name, count in counted.items())
    return Verdict(kind, f"{sentence}.", after=dict(counted), rows=rows)


def _told(rows: tuple[RowOutcome, ...], kind: str, count: int) -> str:
    """ "1 of 3 refused: Acme Corp, “Missing required data for: name.”"."""
    names = [
        f"{row.title} ({row.key})" if kind == "took" else f"{row.title}, {row.sentence.rstrip('.')}"
        for row in rows
        if row.kind == kind
    ]
    return f"{count} of {len(rows)} {SAYS[kind]}: {shortened(names)}"


def answers_of(attempt: Attempted, count: int) -> list[Any]:
    """BILL's answer about each, in the order in which they were sent; None for each where they do not fit."""
    bulk = attempt.answer.get("bulk") if isinstance(attempt.answer, Mapping) else None
    fits = isinstance(bulk, list) and len(bulk) == count and all(map(_is_answer, bulk))
    return bulk if fits else [None] * count


def _is_answer(answer: Any) -> bool:
    return isinstance(answer, Mapping) and "response_status" in answer and "response_data" in answer


def refusal(title: str, answer: Any) -> RowOutcome | None:
    """What BILL says against one of them; None where it says nothing, or nothing that tells."""
    complaint = complaint_in(answer) if answer is not None else None
    if complaint is None or complaint.code in TELLS_NOTHING:
        return None
    kind = "there" if complaint.code == ALREADY_THERE else "refused"
    return RowOutcome(kind, title, sentence=f"“{complaint.message or complaint.code}”")


def key_in(answer: Any) -> str:
    record = answer["response_data"] if answer is not None and answer["response_status"] == 0 else None
    key = record.get("id") if isinstance(record, Mapping) else None
    return key if isinstance(key, str) else ""


def row_of(verdict: Verdict, title: str, key: str) -> RowOutcome:
    """Of a verdict on one of them alone."""
    kind = {"took": "took", "absent": "absent"}.get(verdict.kind, "unknown")
    return RowOutcome(kind, title, key, "" if kind == "took" else verdict.sentence)
