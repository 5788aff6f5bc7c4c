"""What a person writes into a proposal: fields made of the operation's own arguments, and a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms

from connectors.errors import ArgumentsError, VendorError
from connectors.money import format_money, to_decimal
from console.approvals import files
from console.connections.clients import understood
from console.mirror.fields import (
    EMPTY,
    LARGEST_MINOR,
    amount_field,
    checked,
    field_for,
    file_field,
    menu_field,
    pick_field,
    read_money,
    reason_field,
    up_to,
)
from console.mirror.models import Record
from console.mirror.nesting import is_required, nested, part

if TYPE_CHECKING:
    from console.mirror.actions import Action, Menu, Option


@dataclass(frozen=True)
class Line:
    """A value that will be sent, or a fact, in words."""

    label: str
    text: str


class ActionForm(forms.Form):
    """The form of one action on one record.

    asks_vendor: whether menus may be filled by reading the vendor; without it those are left out. refused:
    what was wrong with a file before it came here, by field. `problem`: why a menu could not be filled.
    """

    def __init__(
        self,
        given: Mapping[str, Any],
        *,
        action: "Action",
        record: Record,
        asks_vendor: bool = True,
        refused: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(given, auto_id="%s")
        self.action, self.record, self.refused = action, record, refused or {}
        self.problem = ""
        self.options: dict[str, dict[str, Option]] = {}
        for name, menu in action.menus.items():
            if asks_vendor or not menu.is_live:
                self.options[name] = {option.value: option for option in self.lines_of(menu)}
                self.fields[name] = menu_field(menu, self.options[name].values())
        for name, label in action.asks.items():
            self.fields[name] = self.asked(name, label)
        chosen = [options.get(given.get(name, "")) for name, options in self.options.items()]
        arguments = {name: value for option in chosen if option for name, value in option.arguments.items()}
        self.picks = action.picks(record, arguments) if action.picks else []
        for pick in self.picks:
            self.fields[pick.name] = pick_field(pick)
        if action.lines:
            self.fields |= dict(action.lines.fields(action.schema, given))
        if action.file:
            self.fields["file"] = file_field(action.file, is_required=action.sends_file)
        self.fields["reason"] = reason_field()

    def lines_of(self, menu: "Menu") -> "list[Option]":
        try:
            return understood(self.record.connection, lambda: menu.options(self.record))
        except VendorError as error:
            self.problem = str(error)
            return []

    def asked(self, name: str, label: str) -> forms.Field:
        schema = part(self.action.schema, name)
        if name in self.action.secrets:
            needed = is_required(self.action.schema, name)
            return forms.CharField(
                label=label,
                required=needed,
                widget=forms.PasswordInput,
                help_text=schema["description"],
                error_messages={"required": "Fill this in."},
            )
        needed = is_required(self.action.schema, name)
        if name in self.action.money:
            return amount_field(label, self.limit_text, is_required=needed or self.limit_minor is not None)
        return field_for(schema, label=label, is_required=needed, words=self.action.words)

    @property
    def limit_minor(self) -> int | None:
        return self.action.most(self.record) if self.action.most else None

    @property
    def limit_text(self) -> str:
        if self.limit_minor is None:
            return "Like 1,250.00, in the currency's own decimals."
        return f"At most {format_money(self.limit_minor, self.record.currency)}, as last read."

    @property
    def answers(self) -> dict[str, Any]:
        """What is filled in and right, by field."""
        if not hasattr(self, "cleaned_data"):
            self.full_clean()
        return self.cleaned_data

    def chosen(self, name: str) -> "Option | None":
        return self.options.get(name, {}).get(self.answers.get(name, ""))

    @property
    def currency(self) -> str:
        """Of the amounts: what a menu says, else the record's."""
        arguments = [option.arguments for name in self.options if (option := self.chosen(name))]
        told = next((given["currencyCode"] for given in arguments if "currencyCode" in given), "")
        return str(told or getattr(self.record, "currency", ""))

    @property
    def fixed_currency(self) -> str:
        """The currency where no answer changes it."""
        is_chosen = "currencyCode" in self.action.schema["properties"]
        return "" if is_chosen else getattr(self.record, "currency", "")

    @property
    def given(self) -> dict[str, Any]:
        """The arguments as far as they are given and right."""
        action = self.action
        places = {name: getattr(self.record, field) for name, field in action.about.items()} | action.fixed
        for name in self.options:
            if not action.menus[name].is_apart and (option := self.chosen(name)):
                places |= option.arguments
        places |= self.asked_for
        places |= {name: places[same] for name, same in action.repeats.items() if same in places}
        if action.lines and self.written_lines:
            places[action.lines.argument] = self.written_lines
        if action.sends_file and self.answers.get("file"):
            places["file"] = self.answers["file"]
        arguments = nested(action.schema, places) | self.picked
        return self.without_unchanged(arguments) if action.changes_only else arguments

    @property
    def asked_for(self) -> dict[str, Any]:
        answers = {name: self.answers.get(name) for name in self.action.asks}
        return {name: self.sent(name, value) for name, value in answers.items() if value not in EMPTY}

    def sent(self, name: str, value: Any) -> Any:
        """As the operation takes it: an amount in minor units or in decimals."""
        if name not in self.action.money or not isinstance(value, int):
            return value
        is_whole = part(self.action.schema, name)["type"] == "integer"
        return value if is_whole else f"{to_decimal(value, self.currency):f}"

    def without_unchanged(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What the record does not have already; of what has parts, all or none."""
        now = {name: value for name, value in self.action.starts(self.record).items() if value not in EMPTY}
        held = nested(self.action.schema, now)
        kept = {*self.action.about, *self.action.fixed}
        return {name: value for name, value in arguments.items() if name in kept or value != held.get(name)}

    @property
    def written_lines(self) -> list[dict[str, Any]]:
        return self.answers.get("lines", [])

    @property
    def picked(self) -> dict[str, list[Any]]:
        """The lists that something was answered of, whole."""
        answers = {pick.name: self.answers.get(pick.name) for pick in self.picks}
        told = {pick.argument for pick in self.picks if answers[pick.name] not in (None, "")}
        lists: dict[str, list[Any]] = {argument: [] for argument in told}
        for pick in self.picks:
            answer = answers[pick.name]
            count = pick.held if answer in (None, "") else int(answer)
            if pick.argument in told and count:
                lists[pick.argument].append(pick.entry(count))
        return lists

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[name] for name in (*self.options, *self.action.asks)]

    @property
    def follows(self) -> bool:
        """Whether there is anything to show while it is being filled in."""
        return bool(self.action.asks or self.action.lines)

    @property
    def reason_field(self) -> forms.BoundField:
        return self["reason"]

    @property
    def file_field(self) -> forms.BoundField | None:
        return self["file"] if self.action.file else None

    @cached_property
    def kept_file(self) -> Any:
        """The file that was uploaded with an earlier try, None while there is none."""
        try:
            return files.find(self.answers["file"]) if self.answers.get("file") else None
        except ArgumentsError:
            return None

    @property
    def pick_fields(self) -> list[forms.BoundField]:
        return [self[pick.name] for pick in self.picks]

    @property
    def line_rows(self) -> list[list[forms.BoundField]]:
        lines = self.action.lines
        return [
            [self[lines.name(position, column)] for column in lines.columns]
            for position in lines.positions(self.data)
        ]

    @property
    def amount_minor(self) -> int | None:
        """The money this would move."""
        if self.action.lines:
            return self.action.lines.total_minor(self.written_lines, self.currency)
        if not self.action.amount:
            return getattr(self.record, "open_minor", getattr(self.record, "amount_minor", None))
        amount_minor = self.answers.get(self.action.amount)
        return amount_minor if isinstance(amount_minor, int) else None

    @property
    def preview(self) -> list[Line]:
        """What would be sent, as far as it is given and right."""
        chosen = [
            Line(self.fields[name].label, option.label)
            for name in self.options
            if self.given and (option := self.chosen(name))
        ]
        values = [(name, self.answers[name]) for name in self.asked_for if self.is_told(name)]
        values += [
            (pick.name, self.answers[pick.name])
            for pick in self.picks
            if self.answers.get(pick.name) not in (None, "")
        ]
        said = [*chosen, *(Line(self.fields[name].label, self.said(name, value)) for name, value in values)]
        if self.action.lines and self.amount_minor is not None:
            said.append(Line("Together", format_money(self.amount_minor, self.currency)))
        return said

    def is_told(self, name: str) -> bool:
        return not self.action.changes_only or name.partition(".")[0] in self.given

    def said(self, name: str, value: Any) -> str:
        if name in self.action.money:
            return f"{format_money(value, self.currency)}, sent as {self.sent(name, value)}"
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return dict(getattr(self.fields[name], "choices", ())).get(value, str(value))

    def clean(self) -> dict[str, Any]:
        for name in self.action.asks:
            if self.cleaned_data.get(name) not in EMPTY:
                try:
                    self.cleaned_data[name] = self.checked(name, self.cleaned_data[name])
                except forms.ValidationError as error:
                    self.add_error(name, error)
        if self.action.lines:
            self.cleaned_data["lines"] = self.action.lines.read(self, self.action.schema, self.currency)
        for name, sentence in self.refused.items():
            self.errors.pop(name, None)
            self.add_error(name, sentence)
        if self.action.changes_only and not self.errors and not self.changed:
            self.add_error(next(iter(self.action.asks)), "Nothing is changed yet.")
        return self.cleaned_data

    @property
    def changed(self) -> set[str]:
        return self.given.keys() - self.action.about.keys() - self.action.fixed.keys()

    def checked(self, name: str, value: Any) -> Any:
        if name in self.action.money:
            return self.read_amount(name, value)
        return checked(part(self.action.schema, name), value, label=self.fields[name].label)

    def read_amount(self, name: str, text: str) -> int:
        """Minor units."""
        currency, limit_minor = self.currency, self.limit_minor
        if limit_minor is not None:
            amount_minor = read_money(text, currency, example_minor=limit_minor)
            return up_to(amount_minor, limit_minor, currency, done=self.action.done)
        amount_minor = read_money(text, currency)
        largest_minor = part(self.action.schema, name).get("maximum", LARGEST_MINOR)
        if not self.action.least_minor <= amount_minor <= largest_minor:
            largest = format_money(largest_minor, currency)
            least = "above zero, at most" if self.action.least_minor else "of at most"
            raise forms.ValidationError(f"An amount {least} {largest}.")
        return amount_minor

    def worded(self, sentence: str) -> str:
        """A refusal with the words of this form's fields instead of the operation's."""
        labels = {name.rpartition(".")[2]: field.label for name, field in self.fields.items()}
        for name, label in sorted(labels.items(), key=lambda one: -len(one[0])):
            if name in self.action.schema["properties"]:
                sentence = sentence.replace(f"{name} ", f"“{label}” ")
        return sentence
