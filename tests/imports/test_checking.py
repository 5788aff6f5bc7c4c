"""What is told of the rows of a file before anything is proposed."""

import pytest

from console.imports.checking import Checked, check
from console.imports.reading import UnreadableError
from tests.mirror.conftest import make_connection
from tests.mirror.factories import make_customer


@pytest.fixture
def checked(bill):
    def of(text: str) -> Checked:
        return check(text.encode(), bill)

    return of


def errors(found: Checked) -> list[str]:
    return [str(remark) for row in found.rows for remark in row.errors]


def doubts(found: Checked) -> list[str]:
    return [str(remark) for row in found.rows for remark in row.doubts]


def test_headers_are_understood_in_any_order_and_by_the_trades_other_words(checked):
    found = checked(
        "Email Address;ZIP;Customer Name;Loyalty tier;Given Name\nana@x.example;01234;Ana;gold;Ana\n"
    )
    assert dict(found.rows[0].values) == {
        "name": "Ana",
        "contactFirstName": "Ana",
        "email": "ana@x.example",
        "billAddressZip": "01234",
    }
    assert found.left_out == ("Loyalty tier",)


def test_the_template_is_understood_whole(client, db, people, checked):
    client.force_login(people["priya"])
    found = checked(client.get("/imports/template.csv").content.decode("utf-8-sig"))
    assert (len(found.columns), found.left_out, errors(found)) == (15, (), [])


@pytest.mark.parametrize(
    ("header", "cell", "said"),
    [
        ("E-mail", "ana@", "Row 2, E-mail: “ana@” is not an address."),
        ("Currency", "dollars", "Row 2, Invoice currency: “DOLLARS” is not a currency code such as USD."),
        ("Type", "club", "Row 2, Kind: “club” is none of NONE, BUSINESS, PERSON."),
        ("Phone", "1" * 41, f"Row 2, Telephone: “{'1' * 41}” has 41 characters; 40 is the most."),
        ("Notes", "x" * 10_000, f"Row 2, Note: “{'x' * 59}…” has 10,000 characters; 4,000 is the most."),
        ("Notes", "{{step1.id}}", "Row 2, Note: “{{step1.id}}” cannot contain two opening braces."),
    ],
)
def test_an_error_names_row_and_column_and_says_what_is_wrong(checked, header, cell, said):
    assert errors(checked(f"Name,{header}\nOne,{cell}\n")) == [said]


def test_a_row_without_a_name_is_an_error(checked):
    assert errors(checked("Name,E-mail\n,ana@x.example\n")) == [
        "Row 2, Name: It is empty; every customer has a name."
    ]


def test_a_name_with_a_line_break_is_an_error(checked):
    [error] = errors(checked('Name\n"One\nTwo"\n'))
    assert error == "Row 2, Name: “One‹line break›Two” cannot contain line breaks or control characters."


def test_a_cell_too_many_is_an_error_that_explains_quotes(checked):
    [error] = errors(checked("Name,E-mail\nOne, Inc.,one@x.example\n"))[-1:]
    assert error.startswith("Row 2: It has 3 cells, and the first row names 2.")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("E-mail,Phone\nana@x.example,1\n", "No column holds the customers' names"),
        ("Name,E-mail,Name\nOne,one@x.example,One\n", "Two columns hold Name: “Name” and “Name”"),
        ("Name,Mail,E-mail\nOne,a@x.example,b@x.example\n", "Two columns hold E-mail: “Mail” and “E-mail”"),
    ],
)
def test_a_header_that_leaves_open_what_is_meant_is_refused(checked, text, words):
    with pytest.raises(UnreadableError, match=words):
        checked(text)


def test_a_column_without_a_name_is_named_by_its_place(checked):
    assert checked("Name,,E-mail\nOne,x,\n").left_out == ("column 2, which has no name",)


def test_what_is_twice_in_the_file_is_marked_at_the_later_row(checked):
    found = checked("Name,E-mail\nOne,one@x.example\nTwo,ONE@x.example\n  one ,\n")
    assert doubts(found) == ["Row 3, E-mail: The same as in row 2.", "Row 4, Name: The same as in row 2."]


def test_what_the_mirror_has_is_marked_whatever_the_capitals(checked, bill):
    make_customer(bill, name="Zoë Straße", email="ana@x.example", vendor_id="0cu01")
    make_customer(make_connection("billsby", "Billsby"), name="Elsewhere")
    found = checked("Name,E-mail\nZOË STRASSE,\nTwo,Ana@X.example\nElsewhere,\n")
    assert doubts(found) == [
        "Row 2, Name: BILL has that already: Zoë Straße (0cu01).",
        "Row 3, E-mail: BILL has that already: Zoë Straße (0cu01).",
    ]


def test_hidden_characters_are_written_out_and_doubtful(checked):
    found = checked("Name\nAcme\u202egnp\n")
    [doubt] = doubts(found)
    assert "“Acme‹U+202E›gnp” holds characters that cannot be seen" in doubt
    assert found.rows[0].values["name"] == "Acme\u202egnp"


def test_a_formula_is_a_name_like_any_other(checked):
    found = checked("Name\n=cmd|'/c calc'!A1\n")
    assert (found.rows[0].values["name"], errors(found)) == ("=cmd|'/c calc'!A1", [])
