"""What became of each row of an import, and the rows that were not made as a file to correct."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from console.approvals import rows as records
from console.approvals.models import Proposal
from console.audit import csv_cells
from console.imports.checking import Checked, Row
from console.imports.columns import LIST, ROW, WHY_NOT

LEFT_OUT = "left_out"
NOT_MADE = (LEFT_OUT, "refused", "failed", "not_run")  # for certain; what is unknown may have been made
BOM = "\ufeff"  # else spreadsheets take UTF-8 for something older


@dataclass(frozen=True)
class Result:
    """A row of the file, and what became of it."""

    row: Row
    fate: str
    key: str = ""
    said: str = ""


def results(checked: Checked, proposal: Proposal | None) -> list[Result]:
    """In the file's order. Without a proposal every row that has errors is left out."""
    if proposal is None:
        return [Result(row, LEFT_OUT, said=why_left_out(row)) for row in checked.wrong]
    sent = list(sent_records(proposal))
    found = []
    for row in checked.rows:
        # A proposal has its records in the file's order, so each is the next row that says the same.
        if sent and sent[0][0] == row.values:
            _, (fate, key, said) = sent.pop(0)
            found.append(Result(row, fate, key, said))
        else:
            found.append(Result(row, LEFT_OUT, said=why_left_out(row)))
    return found


def sent_records(proposal: Proposal) -> Iterator[tuple[dict[str, str], tuple[str, str, str]]]:
    for step in proposal.steps.all():
        made = step.arguments[LIST]
        yield from zip(made, records.fates_of(step, len(made)), strict=True)


def why_left_out(row: Row) -> str:
    return " ".join(
        f"{remark.label}: {remark.words}" if remark.label else remark.words for remark in row.remarks
    )


def not_made(checked: Checked, found: list[Result]) -> Iterator[str]:
    """A CSV with the file's own columns and values, beside each row its number and why it was not made."""
    kept = [at for at, header in enumerate(checked.headers) if header not in (ROW, WHY_NOT)]
    yield BOM + csv_cells.row(map(csv_cells.text, (ROW, WHY_NOT, *(checked.headers[at] for at in kept))))
    for one in found:
        if one.fate in NOT_MADE:
            cells = [one.row.cells[at] if at < len(one.row.cells) else "" for at in kept]
            said = one.said or "It was not sent."
            yield csv_cells.row(csv_cells.text(cell) for cell in (str(one.row.number), said, *cells))


def version_of(found: list[Result], proposal: Proposal) -> str:
    told = [(one.fate, one.key, one.said) for one in found]
    return hashlib.sha256(repr((proposal.version, told)).encode()).hexdigest()[:16]
