"""Very large books: the sizes asked for, and the same again each time."""

import json
import re
from pathlib import Path

import pytest

from connectors.sandbox import bill, billsby
from connectors.sandbox.core import Core

CUSTOMERS, INVOICES = 90, 700


def filled(state_file: Path, **sizes: int) -> Core:
    core = Core(state_file, {"billsby": billsby, "bill": bill}, {})
    core.reset(seed=1, **sizes)
    return core


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Core:
    return filled(tmp_path_factory.mktemp("large") / "a.sqlite3", customers=CUSTOMERS, invoices=INVOICES)


def test_there_are_as_many_as_asked_for(large: Core) -> None:
    with large.store.reading("billsby") as books:
        kinds = ("customer", "subscription", "invoice")
        assert [books.count(kind) for kind in kinds] == [CUSTOMERS, CUSTOMERS, INVOICES]


def test_the_same_sizes_give_the_same_books(large: Core, tmp_path: Path) -> None:
    def told(core: Core) -> list[str]:
        # Dates end now, and so do the years on cards and the days left of a period.
        with core.store.reading("billsby") as books:
            rows = [row for kind in ("customer", "subscription", "invoice") for row in books.find(kind)]
        return sorted(re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "", json.dumps(row)) for row in rows)

    again = filled(tmp_path / "b.sqlite3", customers=CUSTOMERS, invoices=INVOICES)

    assert told(again) == told(large)


def test_the_usual_customers_stay_as_they_are(large: Core, tmp_path: Path) -> None:
    with large.store.reading("billsby") as books:
        numbers = {row["invoiceNumber"] for row in books.find("invoice")}
        stories = {row["name"] for row in books.find("story")}
    with filled(tmp_path / "usual.sqlite3", customers=40).store.reading("billsby") as books:
        assert {row["invoiceNumber"] for row in books.find("invoice")} <= numbers
        assert {row["name"] for row in books.find("story")} == stories


def test_a_document_made_later_continues_its_customers_numbers(large: Core) -> None:
    with large.store.reading("billsby") as books:
        customer = books.find("customer", limit=1)[0]["customerUniqueId"]
        documents = [
            row["invoiceNumber"] if "invoiceNumber" in row else row["creditNoteUniqueId"]
            for kind in ("invoice", "credit_note")
            for row in books.find(kind, owner=customer)
        ]
    with large.store.writing("billsby") as books:
        assert books.next_number(f"documents.{customer}") == len(documents) + 1
