"""Fields of a proposal's form, made of what the catalogue tells of an argument."""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms

from connectors import schemas
from connectors.errors import ArgumentsError
from connectors.money import format_money, is_known, to_decimal, to_minor

if TYPE_CHECKING:
    from console.mirror.actions import Menu, Option, Pick

MOST_OF_ONE = 1_000_000
LARGEST_MINOR = 10**12 - 1  # of an amount that no schema and no record bounds
AMOUNT = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?")
EMPTY = (None, "", [])


class ListField(forms.CharField):
    """Several texts in one field, separated by commas."""

    def to_python(self, value: str | None) -> list[str]:
        return [text.strip() for text in super().to_python(value).split(",") if text.strip()]


class Upload(forms.TextInput):
    """A file to choose; what is kept in the form is the number of one that was uploaded."""


def menu_field(menu: "Menu", options: Iterable["Option"]) -> forms.ChoiceField:
    options = list(options)
    lines = [(option.value, option.label) for option in options]
    blank = [] if menu.is_required and len(lines) == 1 else [("", menu.blank)]
    field = forms.ChoiceField(
        label=menu.label, choices=[*blank, *lines], required=menu.is_required, help_text=menu.hint(options)
    )
    field.error_messages |= {
        "required": f"Choose {article(menu.label)} {menu.label.lower()}.",
        "invalid_choice": "No longer offered.",
    }
    return field


def article(word: str) -> str:
    return "an" if word[0] in "AEIOU" else "a"


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


def amount_field(label: str, hint: str, *, is_required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=is_required,
        max_length=20,
        help_text=hint,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"required": "Say how much."},
    )


def reason_field() -> forms.CharField:
    return forms.CharField(
        max_length=500,
        widget=forms.Textarea,
        help_text="One sentence for the approver and the audit log.",
        error_messages={"required": "Say why; the approver and the audit log see it."},
    )


def file_field(label: str, *, is_required: bool) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=is_required,
        max_length=20,
        widget=Upload,
        help_text="A PDF, PNG or JPEG of at most 6 MB.",
        error_messages={"required": "Choose a file."},
    )


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


def checked(schema: Mapping[str, Any], value: Any, *, label: str) -> Any:
    """The value as the argument takes it. Raises ValidationError with the field's label in it."""
    try:
        return schemas.checked({"type": "object", "properties": {"value": schema}}, {"value": value})["value"]
    except ArgumentsError as error:
        raise forms.ValidationError([text.replace("value", label, 1) for text in error.problems]) from None


def read_money(text: str, currency: str, *, example_minor: int = 125_000) -> int:
    """Minor units of an amount as people write it. Raises ValidationError."""
    if not is_known(currency):
        raise forms.ValidationError(
            f"The digits of {currency} are not known here." if currency else "Choose a currency first."
        )
    bare = text.strip().removesuffix(currency).removeprefix(currency).strip().lstrip("$£€¥").strip()
    if not AMOUNT.fullmatch(bare):
        raise forms.ValidationError(f"Write the amount like {to_decimal(example_minor, currency):,f}.")
    try:
        return to_minor(bare.replace(",", ""), currency)
    except ValueError:
        raise forms.ValidationError(f"That is finer than {currency} has coins.") from None


def up_to(amount_minor: int, limit_minor: int, currency: str, *, done: str) -> int:
    """The amount, where it lies between the smallest coin and the limit. Raises ValidationError."""
    limit = format_money(limit_minor, currency)
    if amount_minor < 1:
        raise forms.ValidationError(f"Between the smallest coin and {limit}.")
    if amount_minor > limit_minor:
        raise forms.ValidationError(f"{limit} is the most that can be {done}.")
    return amount_minor
