"""Cells of a CSV that people open in a spreadsheet: formulas stay text, amounts stay numbers."""

import re
from collections.abc import Iterable

NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
# What spreadsheets take for the beginning of a formula, full-width forms included; the apostrophe itself as
# well, so that taking one off always gives the text back.
RISKY = tuple("=+-@\t\r\n\x00'＝＋－＠")


def row(cells: Iterable[str | None]) -> str:
    """One line with its CRLF. None is a cell without content."""
    return ",".join("" if one is None else one for one in cells) + "\r\n"


def text(value: str) -> str:
    guarded = "'" + value if value.startswith(RISKY) else value
    return '"' + guarded.replace('"', '""') + '"'


def number(value: str | int) -> str | None:
    """The number bare; whatever is not one by its whole length is text."""
    written = str(value)
    if not written:
        return None
    return written if NUMBER.fullmatch(written) else text(written)


def unguarded(cell: str) -> str:
    """The text that `text` made the cell of."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(RISKY) else cell
