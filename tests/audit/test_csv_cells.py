import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.audit.csv_cells import RISKY, number, row, text

CELLS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("=+-@\t\r\n\x00'\",;")), min_size=1
)


def read_back(line: str) -> list[str]:
    (cells,) = csv.reader(io.StringIO(line, newline=""), strict=True)
    return cells


@given(values=CELLS)
def test_text_comes_back_and_none_of_it_can_run(values: list[str]) -> None:
    cells = read_back(row(map(text, values)))

    assert [cell.removeprefix("'") for cell in cells] == values
    assert not any(cell.startswith(tuple(RISKY[:-5])) for cell in cells)


@pytest.mark.parametrize(
    "formula", ["=1+1", "+441234567", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\x00=1", "＝1+1"]
)
def test_a_formula_gets_an_apostrophe(formula: str) -> None:
    assert text(formula) == f'"\'{formula}"'


@pytest.mark.parametrize("amount", ["-42.10", "1240.00", "0", "-7"])
def test_a_number_stays_bare_so_that_it_stays_a_number(amount: str) -> None:
    assert number(amount) == amount


@pytest.mark.parametrize("trick", ["-2+3", "-1.0e5", "1,240.00", "=1", "--1", "1\n", "١"])
def test_what_only_looks_like_a_number_is_text(trick: str) -> None:
    assert number(trick) == text(trick)


def test_an_empty_number_is_an_empty_cell() -> None:
    assert row([number(""), text("")]) == ',""\r\n'
