"""What a person writes into a proposal: fields made of the operation's own arguments, and a reason."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms

from connectors import schemas
from connectors.errors import ArgumentsError
from connectors.money import format_money, is_known, to_decimal, to_minor
from console.mirror.models import Record

if TYPE_CHECKING:
    from console.mirror.actions import Action, Option, Pick

MOST_OF_ONE = 1_000_000
AMOUNT = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?")


@dataclass(frozen=True)
class Line:
    """A value that will be sent, in words."""

    label: str
    text: str


class ListField(forms.CharField):
    """Several texts in one field, separated by commas."""

    def to_python(self, value: str | None) -> list[str]:
        return [text.strip() for text in super().to_python(value).split(",") if text.strip()]


class ActionForm(forms.Form):
    """The form of one action on one record."""

    def __init__(self, given: Mapping[str, Any], *, action: "Action", record: Record) -> None:
        super().__init__(given, auto_id="%s")
        self.action, self.record = action, record
        self.options: dict[str, dict[str, Option]] = {}
        for name, menu in action.menus.items():
            self.options[name] = {option.value: option for option in menu.options(record)}
            self.fields[name] = menu_field(menu.label, self.options[name].values())
        for name, label in action.asks.items():
            self.fields[name] = self.asked(name, label)
        chosen = [options.get(given.get(name, "")) for name, options in self.options.items()]
        arguments = {name: value for option in chosen if option for name, value in option.arguments.items()}
        self.picks = action.picks(record, arguments) if action.picks else []
        for pick in self.picks:
            self.fields[pick.name] = pick_field(pick)
        self.fields["reason"] = forms.CharField(
            max_length=500,
            widget=forms.Textarea,
            help_text="One sentence for the approver and the audit log.",
            error_messages={"required": "Say why; the approver and the audit log see it."},
        )

    def asked(self, name: str, label: str) -> forms.Field:
        schema = self.action.schema["properties"][name]
        is_required = name in self.action.schema["required"]
        if name in self.action.secrets:
            return forms.CharField(label=label, widget=forms.PasswordInput, help_text=schema["description"])
        if name != self.action.amount:
            return field_for(schema, label=label, is_required=is_required, words=self.action.words)
        return forms.CharField(
            label=label,
            max_length=20,
            help_text=self.limit_text,
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            error_messages={"required": "Say how much."},
        )

    @property
    def limit_minor(self) -> int | None:
        return self.action.most(self.record) if self.action.most else None

    @property
    def limit_text(self) -> str:
        if self.limit_minor is None:
            return "Like 1,250.00, in the currency's own decimals."
        return f"At most {format_money(self.limit_minor, self.record.currency)}, as last read."

    @property
    def currency(self) -> str:
        return str(self.given.get("currencyCode") or getattr(self.record, "currency", ""))

    @property
    def given(self) -> dict[str, Any]:
        """The arguments as far as they are given and right."""
        if not hasattr(self, "cleaned_data"):
            self.full_clean()
        arguments = {name: getattr(self.record, field) for name, field in self.action.about.items()}
        for name, options in self.options.items():
            if chosen := options.get(self.cleaned_data.get(name, "")):
                arguments |= chosen.arguments
        for name in self.action.asks:
            value = self.cleaned_data.get(name)
            if value not in (None, "", []):
                arguments[name] = value
        return arguments | self.picked

    @property
    def picked(self) -> dict[str, list[Any]]:
        """The lists that something was answered of, whole."""
        answers = {pick.name: self.cleaned_data.get(pick.name) for pick in self.picks}
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
        apart = {"reason", *(pick.name for pick in self.picks)}
        return [self[name] for name in self.fields if name not in apart]

    @property
    def reason_field(self) -> forms.BoundField:
        return self["reason"]

    @property
    def pick_fields(self) -> list[forms.BoundField]:
        return [self[pick.name] for pick in self.picks]

    @property
    def amount_minor(self) -> int | None:
        """The money this would move."""
        if not self.action.amount:
            return getattr(self.record, "open_minor", None)
        amount_minor = self.given.get(self.action.amount)
        return amount_minor if isinstance(amount_minor, int) else None

    @property
    def preview(self) -> list[Line]:
        """What would be sent, as far as it is given and right."""
        chosen = [
            Line(self.fields[name].label, options[self.cleaned_data[name]].label)
            for name, options in self.options.items()
            if self.given and self.cleaned_data.get(name) in options
        ]
        values = [(name, self.given[name]) for name in self.action.asks if name in self.given]
        values += [
            (pick.name, self.cleaned_data[pick.name])
            for pick in self.picks
            if self.cleaned_data.get(pick.name) not in (None, "")
        ]
        return [*chosen, *(Line(self.fields[name].label, self.said(name, value)) for name, value in values)]

    def said(self, name: str, value: Any) -> str:
        if name == self.action.amount:
            return f"{format_money(value, self.currency)}, sent as {value}"
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return dict(getattr(self.fields[name], "choices", ())).get(value, str(value))

    def clean(self) -> dict[str, Any]:
        for name in self.action.asks:
            if name in self.cleaned_data and self.cleaned_data[name] not in (None, "", []):
                try:
                    self.cleaned_data[name] = self.checked(name, self.cleaned_data[name])
                except forms.ValidationError as error:
                    self.add_error(name, error)
        return self.cleaned_data

    def checked(self, name: str, value: Any) -> Any:
        if name == self.action.amount:
            return self.read_amount(value)
        schema = self.action.schema["properties"][name]
        try:
            return schemas.checked({"type": "object", "properties": {name: schema}}, {name: value})[name]
        except ArgumentsError as error:
            label = self.fields[name].label
            raise forms.ValidationError([text.replace(name, label, 1) for text in error.problems]) from None

    def read_amount(self, text: str) -> int:
        """Minor units."""
        currency, limit_minor = self.currency, self.limit_minor
        if not is_known(currency):
            raise forms.ValidationError(
                f"The digits of {currency} are not known here." if currency else "Choose a currency first."
            )
        bare = text.strip().removesuffix(currency).removeprefix(currency).strip().lstrip("$£€¥").strip()
        if not AMOUNT.fullmatch(bare):
            example = f"{to_decimal(125_000 if limit_minor is None else limit_minor, currency):,f}"
            raise forms.ValidationError(f"Write the amount like {example}.")
        try:
            amount_minor = to_minor(bare.replace(",", ""), currency)
        except ValueError:
            raise forms.ValidationError(f"That is finer than {currency} has coins.") from None
        if limit_minor is None:
            largest_minor = self.action.schema["properties"][self.action.amount]["maximum"]
            if not 1 <= amount_minor <= largest_minor:
                largest = format_money(largest_minor, currency)
                raise forms.ValidationError(f"An amount above zero, at most {largest}.")
            return amount_minor
        limit = format_money(limit_minor, currency)
        if amount_minor < 1:
            raise forms.ValidationError(f"Between the smallest coin and {limit}.")
        if amount_minor > limit_minor:
            raise forms.ValidationError(f"{limit} is the most that can be {self.action.done}.")
        return amount_minor


def menu_field(label: str, options: Any) -> forms.ChoiceField:
    lines = [(option.value, option.label) for option in options]
    field = forms.ChoiceField(label=label, choices=lines if len(lines) == 1 else [("", "Choose…"), *lines])
    field.error_messages |= {"required": f"Choose a {label.lower()}.", "invalid_choice": "No longer offered."}
    return field


def pick_field(pick: "Pick") -> forms.Field:
    rest = "Where nothing is said of any, Billsby decides what stays."
    if not pick.is_counted:
        now = f"Nothing said; it is {'there' if pick.held else 'not there'} now"
        lines = [("", now), ("1", "With it"), ("0", "Without it")]
        return forms.ChoiceField(label=pick.label, choices=lines, required=False, help_text=rest)
    now = f"{pick.held:,} now" if pick.held else "none now"
    field = forms.IntegerField(label=pick.label, required=False, min_value=0, max_value=MOST_OF_ONE)
    field.help_text = f"How many; {now}. {rest}"
    field.error_messages["invalid"] = "Write a whole number."
    return field


def field_for(
    schema: Mapping[str, Any], *, label: str, is_required: bool, words: Mapping[str, str]
) -> forms.Field:
    """A field for one argument, with the catalogue's description; the argument's own schema checks it."""
    told = schema.get("description", "")
    repeats = told.rstrip(".").casefold() == label.casefold()
    said = {"label": label, "required": is_required, "help_text": "" if repeats else told}
    match schema:
        case {"enum": values}:
            lines = [(value, words.get(value, value.replace("_", " ").capitalize())) for value in values]
            blank = [] if "default" in schema else [("", "Choose…")]
            field: forms.Field = forms.ChoiceField(**said, choices=[*blank, *lines])
        case {"type": "boolean"}:
            field = forms.BooleanField(**said | {"required": False})
        case {"type": "integer"}:
            field = forms.IntegerField(**said)
            field.error_messages["invalid"] = "Write a whole number."
        case {"type": "array"}:
            field = ListField(**said | {"help_text": f"{said['help_text']} Separated by commas."})
        case {"format": "date"}:
            field = forms.CharField(**said, widget=forms.DateInput(attrs={"type": "date"}))
        case _:
            field = forms.CharField(**said, max_length=schema.get("maxLength"))
    field.error_messages["required"] = "Fill this in."
    return field
