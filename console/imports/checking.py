"""Every row of an import, and what is wrong or odd with it, in words for who keeps the books."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connectors import schemas
from connectors.errors import ArgumentsError
from console.approvals.wording import HIDDEN, visible, written_out
from console.audit import csv_cells
from console.connections.models import Connection
from console.imports.columns import EMAIL, NAME, ROW, WHY_NOT, Column, by_header, columns, folded, is_known
from console.imports.reading import Line, Sheet, UnreadableError, read_sheet
from console.mirror.models import Customer

SHOWN_LETTERS = 60  # of a value inside a sentence
IS_NOT = {"email": "is not an address.", "currency": "is not a currency code such as USD."}
TOLD_TWICE = (NAME, EMAIL, "accountNumber")  # what no two customers share


@dataclass(frozen=True)
class Remark:
    """label: the column it is about, "" for the row as a whole."""

    row: int
    label: str
    words: str

    def __str__(self) -> str:
        return f"Row {self.row}{f', {self.label}' if self.label else ''}: {self.words}"


@dataclass(frozen=True)
class Row:
    """A customer of the file. errors: why it cannot be sent. doubts: why it may better not be.

    cells: as they stand in the file. values: what would be sent, by argument.
    """

    number: int
    cells: tuple[str, ...]
    values: Mapping[str, str]
    errors: tuple[Remark, ...] = ()
    doubts: tuple[Remark, ...] = ()

    @property
    def is_clean(self) -> bool:
        return not self.errors and not self.doubts

    @property
    def remarks(self) -> tuple[Remark, ...]:
        return (*self.errors, *self.doubts)


@dataclass(frozen=True)
class Checked:
    """A whole file. left_out: headers of columns that are not imported."""

    headers: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    left_out: tuple[str, ...] = ()
    remark: str = ""

    @property
    def sendable(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if not row.errors)

    @property
    def wrong(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.errors)

    @property
    def doubtful(self) -> tuple[Row, ...]:
        return tuple(row for row in self.sendable if row.doubts)


def check(content: bytes, connection: Connection) -> Checked:
    """Read a file and look at each of its rows. Raises UnreadableError."""
    sheet = read_sheet(content, known=is_known)
    if WHY_NOT in sheet.headers:
        sheet = replace(sheet, lines=tuple(map(unguarded, sheet.lines)))
    found, left_out = columns_of(sheet)
    rows = [row_of(line, found, len(sheet.headers)) for line in sheet.lines]
    there = already_there(rows, connection)
    rows = [replace(row, doubts=(*row.doubts, *there(row))) for row in repeats_marked(rows)]
    return Checked(sheet.headers, found, tuple(rows), left_out, sheet.remark)


def unguarded(line: Line) -> Line:
    """Without the apostrophes that keep a spreadsheet from computing what we give out."""
    return replace(line, cells=tuple(csv_cells.unguarded(cell) for cell in line.cells))


def columns_of(sheet: Sheet) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """The columns that are imported, and the headers of those that are not. Raises UnreadableError."""
    found: dict[str, Column] = {}
    left_out = []
    for at, header in enumerate(sheet.headers):
        name = by_header().get(folded(header))
        if name in found:
            first = sheet.headers[found[name].at]
            raise UnreadableError(
                f"Two columns hold {found[name].label}: “{visible(first)}” and “{visible(header)}”; keep one."
            )
        if name:
            found[name] = replace(columns()[name], at=at)
        elif header not in (ROW, WHY_NOT) and (header or any(cell_at(line, at) for line in sheet.lines)):
            left_out.append(visible(header) or f"column {at + 1}, which has no name")
    if NAME not in found:
        named = ", ".join(f"“{visible(header)}”" for header in sheet.headers if header)
        raise UnreadableError(
            f"No column holds the customers' names. The first row names the columns, and one of them must be "
            f"“Name”; it reads {clipped(named)}."
        )
    return tuple(column for name in columns() if (column := found.get(name))), tuple(left_out)


def row_of(line: Line, found: Sequence[Column], named: int) -> Row:
    """named: how many columns the first row names."""
    cells = {column: cell_at(line, column.at) for column in found}
    values = {column.argument: column.value(cell) for column, cell in cells.items() if cell}
    row = Row(line.number, line.cells, values)
    errors = [Remark(row.number, column.label, words) for column in found if (words := fault(column, values))]
    if any(line.cells[named:]):
        words = f"It has {len(line.cells)} cells, and the first row names {named}."
        errors.append(Remark(row.number, "", f"{words} A cell with a comma in it stands in quotes."))
    return replace(row, errors=tuple(errors), doubts=tuple(hidden(row)))


def cell_at(line: Line, at: int) -> str:
    return line.cells[at] if at < len(line.cells) else ""


def fault(column: Column, values: Mapping[str, str]) -> str:
    """What is wrong with a row's value in this column, as a sentence; "" where nothing is."""
    value = values.get(column.argument)
    if value is None:
        return "It is empty; every customer has a name." if column.argument == NAME else ""
    most = column.schema.get("maxLength")
    if most and len(value) > most:
        return f"“{clipped(value)}” has {len(value):,} characters; {most:,} is the most."
    wanted: dict[str, Any] = {"type": "object", "properties": {column.argument: column.schema}}
    try:
        schemas.checked(wanted, {column.argument: value})
    except ArgumentsError as error:
        quoted = f"“{clipped(value)}”"
        if "enum" in column.schema:
            return f"{quoted} is none of {', '.join(column.schema['enum'])}."
        if words := IS_NOT.get(column.schema.get("format", "")):
            return f"{quoted} {words}"
        return error.problems[0].replace(column.argument, quoted, 1)
    return ""


def hidden(row: Row) -> Iterator[Remark]:
    """Characters that nobody sees: they are written out wherever the value is shown, and sent as they are."""
    for name, value in row.values.items():
        breaks = "\r\n\t" if name == "description" else ""
        if any(unicodedata.category(letter) in HIDDEN and letter not in breaks for letter in value):
            words = f"“{clipped(value)}” holds characters that cannot be seen; they are sent as they are."
            yield Remark(row.number, columns()[name].label, words)


def clipped(value: str) -> str:
    shown = written_out(value)
    return shown if len(shown) <= SHOWN_LETTERS else f"{shown[: SHOWN_LETTERS - 1]}…"


def repeats_marked(rows: Sequence[Row]) -> Iterator[Row]:
    """Each row, marked where an earlier one of the file says the same of what no two customers share."""
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        said = {name: alike(row.values[name]) for name in TOLD_TWICE if name in row.values}
        earlier = {name: first.setdefault((name, value), row.number) for name, value in said.items()}
        same = [
            Remark(row.number, columns()[name].label, f"The same as in row {number}.")
            for name, number in earlier.items()
            if number != row.number
        ]
        yield replace(row, doubts=(*row.doubts, *same))


def already_there(rows: Sequence[Row], connection: Connection) -> Callable[[Row], list[Remark]]:
    """Tells of a row the customers that the mirror has under its name or e-mail address."""
    wanted = {(name, alike(row.values.get(name, ""))) for row in rows for name in (NAME, EMAIL)}
    known: dict[tuple[str, str], list[str]] = {}
    held = Customer.objects.filter(connection=connection).values_list("name", "email", "vendor_id")
    for name, email, vendor_id in held.order_by("pk").iterator():
        for key in ((NAME, alike(name)), (EMAIL, alike(email))):
            if key[1] and key in wanted:
                known.setdefault(key, []).append(f"{visible(name)} ({vendor_id})")

    def told(row: Row) -> list[Remark]:
        return [
            Remark(
                row.number,
                columns()[name].label,
                f"{connection.name} has that already: {', '.join(found[:3])}.",
            )
            for name in (NAME, EMAIL)
            if (found := known.get((name, alike(row.values.get(name, "")))))
        ]

    return told


def alike(text: str) -> str:
    """What two spellings of the same have in common: no capitals, one blank between words."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
