"""A CSV file as people's programs write it, in several encodings, with the row numbers that they show."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass

LARGEST_FILE = 1_000_000  # bytes; 200 customers with long notes have less
MOST_ROWS = 200
SEPARATORS = ",;\t"
# What other files begin with that are chosen by mistake.
OTHERS = {
    b"PK\x03\x04": "a spreadsheet or an archive",
    b"\xd0\xcf\x11\xe0": "a spreadsheet of an old kind",
    b"%PDF-": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
UTF_8_LETTER = re.compile(rb"[\xc3-\xf4][\x80-\xbf]")
SAVE_AS_CSV = "Save it as “CSV UTF-8” and upload that."


class UnreadableError(Exception):
    """The file is none that can be imported; `str(error)` says why, fit for the screen."""


@dataclass(frozen=True)
class Line:
    """A row of the file that is not empty; the header is row 1, as in a spreadsheet."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """remark: what is odd about the file and does no harm by itself, "" where nothing is."""

    headers: tuple[str, ...]
    lines: tuple[Line, ...]
    remark: str = ""


def read_sheet(content: bytes, *, known: Callable[[str], bool]) -> Sheet:
    """The rows of a file. Raises UnreadableError.

    known: whether a text is a header that is looked for; by it the separator is found.
    """
    text, remark = decoded(content)
    header, *rest = split(text, separator_of(text, known)) or [()]
    lines = tuple(Line(at, cells) for at, cells in enumerate(rest, start=2) if any(cells))
    if not any(header) or not lines:
        raise UnreadableError(
            "The file has no customers: the first row names the columns, the others follow."
        )
    if len(lines) > MOST_ROWS:
        raise UnreadableError(
            f"The file has {len(lines):,} customers; {MOST_ROWS} is the most at once. Cut it into several."
        )
    return Sheet(header, lines, remark)


def decoded(content: bytes) -> tuple[str, str]:
    """The text, and a remark on how it was read."""
    if len(content) > LARGEST_FILE:
        raise UnreadableError(f"The file has {len(content):,} bytes; 1 MB is the most.")
    for start, kind in OTHERS.items():
        if content.startswith(start):
            raise UnreadableError(f"That is {kind}, not a CSV file. {SAVE_AS_CSV}")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError(f"The file is written in UTF-16, which is not read here. {SAVE_AS_CSV}")
    if b"\0" in content:
        raise UnreadableError(f"The file holds zero bytes, so it is no CSV file. {SAVE_AS_CSV}")
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise UnreadableError(
            f"The file is neither in UTF-8 nor in Windows-1252, so its letters are not known. {SAVE_AS_CSV}"
        ) from None
    if UTF_8_LETTER.search(content):
        raise UnreadableError(
            f"The file mixes two encodings, so some of its letters are not known. {SAVE_AS_CSV}"
        )
    return text, "The file is not in UTF-8 and was read as Windows-1252: look whether accents are right."


def separator_of(text: str, known: Callable[[str], bool]) -> str:
    """By how many headers are known then, and by how many there are."""

    def fit(separator: str) -> tuple[int, int]:
        try:
            header = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
        except csv.Error:
            return 0, 0
        return sum(map(known, header)), len(header)

    return max(SEPARATORS, key=fit)


def split(text: str, separator: str) -> list[tuple[str, ...]]:
    """All rows, empty ones too, their cells without blanks around them. Raises UnreadableError."""
    rows: list[tuple[str, ...]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows.extend(tuple(cell.strip() for cell in cells) for cells in reader)
    except csv.Error:
        raise UnreadableError(
            f"Row {len(rows) + 1} cannot be read: a quote is not closed, or stands inside a cell."
        ) from None
    return rows
