"""Files as people's programs write them, and files that were chosen by mistake."""

import pytest

from console.imports.columns import is_known
from console.imports.reading import MOST_ROWS, UnreadableError, read_sheet

ZOE = "Name,E-mail\r\nZoë Ltd,zoe@zoe.example\r\n"


def read(content: bytes):
    return read_sheet(content, known=is_known)


def cells(content: bytes) -> list[tuple[str, ...]]:
    return [line.cells for line in read(content).lines]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_letters_come_right_in_each_encoding(encoding):
    assert cells(ZOE.encode(encoding)) == [("Zoë Ltd", "zoe@zoe.example")]


def test_only_a_guess_at_the_encoding_is_remarked_on():
    assert "Windows-1252" in read(ZOE.encode("cp1252")).remark
    assert read(ZOE.encode()).remark == ""


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found_by_the_headers(separator):
    text = f"Name{separator}E-mail\nOne{separator}one@one.example\n"
    assert cells(text.encode()) == [("One", "one@one.example")]


def test_commas_inside_quotes_and_line_breaks_belong_to_the_cell():
    assert cells(b'Name,Note\r\n"One, Inc.","first\nsecond"\r\n') == [("One, Inc.", "first\nsecond")]


def test_row_numbers_are_a_spreadsheets_whatever_is_empty_or_broken_into_lines():
    content = b'Name,Note\n"One","a\nb"\n\n,,\nTwo,\n'
    assert [line.number for line in read(content).lines] == [2, 5]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no customers"),
        (b"Name,E-mail\n", "no customers"),
        (b"\n\n", "no customers"),
        (b"Name\n" + b"One\n" * (MOST_ROWS + 1), "201 customers; 200 is the most"),
        (b"Name\n" + b"x" * 10_000_000, "10,000,005 bytes; 1 MB"),
        (b"PK\x03\x04xlsx", "a spreadsheet"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"%PDF-1.4", "a PDF"),
        ("Name\nOne\n".encode("utf-16"), "UTF-16"),
        (b"Name\nOne\x00\n", "zero bytes"),
        (b"Name\n\x81\x8d\n", "neither in UTF-8 nor in Windows-1252"),
        ("Name\nZoë\n".encode() + "Zoë\n".encode("cp1252"), "mixes two encodings"),
        (b'Name\nOne\n"Two\nThree\n', "Row 3 cannot be read: a quote is not closed"),
        (b'Name\n"One" Ltd\n', "Row 2 cannot be read"),
        (b'Name\n"' + b"x" * 140_000 + b'"\n', "Row 2 cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(content, words):
    with pytest.raises(UnreadableError, match=words):
        read(content)
