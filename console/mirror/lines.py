"""Lines of a bill or invoice, as a table in a proposal's form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from connectors.money import to_decimal
from console.mirror.fields import EMPTY, checked, field_for, read_money

SHOWN_AT_LEAST = 4
SPARE = 2
MORE = 10
MOST = 100


@dataclass(frozen=True)
class Lines:
    """argument: the list they become. columns: each with its label. price: the one that is money.

    count: the column that a price is taken times, "" where a line has one price.
    """

    argument: str
    columns: Mapping[str, str]
    price: str
    count: str = ""

    def shape(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the catalogue tells of one line."""
        return schema["properties"][self.argument]["items"]

    def name(self, position: int, column: str) -> str:
        return f"{self.argument}.{position}.{column}"

    def positions(self, given: Mapping[str, Any]) -> range:
        """As many as are filled in, and some to spare; more for whoever asks."""
        filled = [
            position
            for position in range(MOST)
            if any(given.get(self.name(position, column)) for column in self.columns)
        ]
        return range(
            min(
                max(SHOWN_AT_LEAST, max(filled, default=0) + 1 + SPARE) + (MORE if given.get("more") else 0),
                MOST,
            )
        )

    def fields(
        self, schema: Mapping[str, Any], given: Mapping[str, Any]
    ) -> Iterator[tuple[str, forms.Field]]:
        shape = self.shape(schema)["properties"]
        for position in self.positions(given):
            for column, label in self.columns.items():
                said = f"{label}, line {position + 1}"
                field = field_for(shape[column], label=said, is_required=False, words={})
                if column == self.price:
                    field.widget.attrs["inputmode"] = "decimal"
                yield self.name(position, column), field

    def read(self, form: forms.Form, schema: Mapping[str, Any], currency: str) -> list[dict[str, Any]]:
        """The lines that are filled in, as they are sent; what is wrong is said beside its cell."""
        found = []
        for position in self.positions(form.data):
            cells = {
                column: form.cleaned_data.get(self.name(position, column))
                for column in self.columns
                if form.cleaned_data.get(self.name(position, column)) not in EMPTY
            }
            if cells or any(self.name(position, column) in form.errors for column in self.columns):
                found.append(self._read_one(form, schema, currency, position, cells))
        if not found:
            form.add_error(self.name(0, self.price), "Write at least one line.")
        return found

    def _read_one(
        self,
        form: forms.Form,
        schema: Mapping[str, Any],
        currency: str,
        position: int,
        cells: dict[str, Any],
    ) -> dict[str, Any]:
        shape = self.shape(schema)
        for column in self.columns:
            name = self.name(position, column)
            if column not in cells:
                if column in shape["required"] and name not in form.errors:
                    form.add_error(name, "Fill this in.")
                continue
            try:
                if column == self.price:
                    cells[column] = f"{to_decimal(read_money(cells[column], currency), currency):f}"
                cells[column] = checked(
                    shape["properties"][column], cells[column], label=self.columns[column]
                )
            except forms.ValidationError as error:
                form.add_error(name, error)
        return cells

    def total_minor(self, lines: list[Mapping[str, Any]], currency: str) -> int | None:
        """What they come to; None while one of them is not right."""
        try:
            amounts = [read_money(line[self.price], currency) for line in lines]
            counts = [int(line[self.count]) if self.count else 1 for line in lines]
        except (KeyError, ValueError, forms.ValidationError):
            return None
        return sum(amount * count for amount, count in zip(amounts, counts, strict=True)) if lines else None
