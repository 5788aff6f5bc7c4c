"""Field checks of a v3 body: every problem is collected, so that one answer names them all."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.sandbox.bill.errors import invalid
from connectors.sandbox.bill.lists import value_at

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


class Check:
    def __init__(self, given: Any) -> None:
        if not isinstance(given, Mapping):
            raise invalid("Required request body is not a JSON object")
        self.given = given
        self.problems: list[str] = []

    def problem(self, text: str) -> None:
        self.problems.append(text)

    def finish(self) -> None:
        if self.problems:
            raise invalid(*self.problems)

    def text(self, path: str, *, required: bool = False, longest: int = 255) -> str | None:
        value = self._value(path, required)
        if value is None:
            return None
        if not isinstance(value, str):
            self.problem(f"{path}: must be a string")
            return None
        if required and not value.strip():
            self.problem(f"{path}: must not be blank")
        elif len(value) > longest:
            self.problem(f"{path}: size must be between 1 and {longest}")
        return value

    def number(self, path: str) -> None:
        """Required; a number may come as text."""
        value = self._value(path, True)
        if value is not None and (isinstance(value, bool) or not NUMBER.fullmatch(_plain(value))):
            self.problem(f"{path}: must be a number")

    def email(self, path: str, *, required: bool = False) -> None:
        value = self.text(path, required=required)
        if value and not EMAIL.fullmatch(value):
            self.problem(f"{path}: must be a well-formed email address")

    def date(self, path: str, *, required: bool = False) -> None:
        value = self.text(path, required=required)
        if value is None:
            return
        try:
            date.fromisoformat(value)
        except ValueError:
            self.problem(f"{path}: must be a date yyyy-MM-dd")

    def one_of(self, path: str, choices: Iterable[str]) -> None:
        value = self._value(path, False)
        if value is not None and value not in choices:
            self.problem(f"{path}: must be one of {', '.join(sorted(choices))}")

    def object(self, path: str, *, required: bool = False) -> None:
        value = self._value(path, required)
        if value is not None and not isinstance(value, Mapping):
            self.problem(f"{path}: must be an object")

    def address(self, path: str) -> None:
        value = self._value(path, False)
        if not isinstance(value, Mapping):
            return
        for part in ("line1", "city", "zipOrPostalCode", "country"):
            self.text(f"{path}.{part}", required=True)
        country = value.get("country")
        if isinstance(country, str) and not re.fullmatch(r"[A-Z]{2}", country):
            self.problem(f"{path}.country: must be a two-letter country code")

    def lines(self, path: str, *, numbers: Mapping[str, bool]) -> None:
        """numbers: field of a line → whether it is required. A number may come as text."""
        value = self._value(path, True)
        if value is None:
            return
        if not isinstance(value, list) or not value:
            self.problem(f"{path}: must not be empty")
            return
        for index, line in enumerate(value):
            place = f"{path}[{index}]"
            if not isinstance(line, Mapping):
                self.problem(f"{place}: must be an object")
                continue
            for name, required in numbers.items():
                number = line.get(name)
                if number is None:
                    if required:
                        self.problem(f"{place}.{name}: must not be null")
                elif isinstance(number, bool) or not NUMBER.fullmatch(_plain(number)):
                    self.problem(f"{place}.{name}: must be a number")

    def _value(self, path: str, required: bool) -> Any:
        value = value_at(self.given, path)
        if value is None and required:
            self.problem(f"{path}: must not be null")
        return value


def _plain(number: Any) -> str:
    return format(number, "f") if isinstance(number, Decimal) else str(number)
