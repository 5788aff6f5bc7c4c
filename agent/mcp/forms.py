import re
from datetime import timedelta
from typing import Any

from django import forms

from agent.mcp import tokens
from agent.mcp.filters import PROPOSE, READ, Filter, all_tags
from agent.mcp.models import Access
from connectors.money import is_known, normal_currency, to_minor
from console.accounts.models import Person
from console.connections.models import Connection

LASTS = {1: "1 hour", 8: "8 hours", 168: "7 days", 720: "30 days"}
COMMON_TAGS = ("invoices", "customers", "subscriptions", "vendors", "bills", "payments", "products")
CEILING = re.compile(r"([A-Za-z]{3})\s*(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)")
LARGEST_CEILING_MINOR = 10**15


def text(**attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "inp", "autocomplete": "off", **attributes})


class Accounts(forms.ModelMultipleChoiceField):
    """Django asks SQLite for whatever number came, and SQLite knows no larger ones than its own."""

    default_error_messages = {"invalid_choice": "No such account is connected."}

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except OverflowError:
            raise forms.ValidationError(self.error_messages["invalid_choice"]) from None


class TokenForm(forms.Form):
    """What a new token is to be; `choice()` once it is valid."""

    name = forms.CharField(
        max_length=100, widget=text(), help_text="Shown in the audit log on everything it asks for."
    )
    person = forms.ModelChoiceField(
        Person.objects.filter(is_active=True).order_by("full_name"),
        label="Acts for",
        widget=forms.Select(attrs={"class": "inp"}),
        help_text="It can never do more than this person may at that time.",
    )
    effects = forms.MultipleChoiceField(
        choices=[(READ, "Read"), (PROPOSE, "Propose changes")],
        error_messages={"required": "Choose what it may: read, propose changes, or both."},
    )
    tags = forms.MultipleChoiceField(required=False)
    connections = Accounts(Connection.objects.all(), required=False)
    lasts = forms.TypedChoiceField(
        label="Expires after", coerce=int, choices=[(str(hours), words) for hours, words in LASTS.items()]
    )
    has_second_code = forms.BooleanField(required=False)
    shows = forms.ChoiceField(choices=Access.Shows.choices)
    calls_a_minute = forms.IntegerField(
        min_value=1,
        max_value=6_000,
        widget=forms.NumberInput(attrs={"class": "inp num", "inputmode": "numeric"}),
    )
    ceilings = forms.CharField(
        label="Most that one proposal may move",
        required=False,
        max_length=200,
        widget=text(placeholder="USD 5,000; EUR 2,500"),
        help_text="By currency, parted by semicolons; no other currency may then be moved. Empty: none.",
    )
    in_url = forms.BooleanField(required=False)

    def __init__(self, maker: Person, *args: object, **more: object) -> None:
        first = {"person": maker.pk, "effects": [READ], "lasts": "168", "calls_a_minute": 120}
        super().__init__(*args, initial=first | {"shows": Access.Shows.WHOLE}, **more)
        self.maker = maker
        self.fields["tags"].choices = [(tag, tag) for tag in all_tags()]
        if not tokens.may_manage(maker):
            self.fields["person"].queryset = Person.objects.filter(pk=maker.pk)

    @property
    def common_tags(self) -> list[str]:
        return [tag for tag in COMMON_TAGS if tag in all_tags()]

    @property
    def other_tags(self) -> list[str]:
        return [tag for tag in all_tags() if tag not in COMMON_TAGS]

    @property
    def has_other_tags(self) -> bool:
        return not set(COMMON_TAGS).issuperset(self["tags"].value() or ())

    def clean_ceilings(self) -> dict[str, int]:
        return dict(map(read_ceiling, filter(None, map(str.strip, self.cleaned_data["ceilings"].split(";")))))

    def clean(self) -> dict:
        given = super().clean()
        person, effects = given.get("person"), given.get("effects", ())
        if person and PROPOSE in effects:
            if not person.has_perm("approvals.propose"):
                self.add_error("effects", f"{person} may not propose changes, so the token cannot either.")
            elif person != self.maker and self.maker.has_perm("approvals.decide"):
                self.add_error(
                    "effects",
                    "You approve changes, so a token that proposes for somebody else is made by another.",
                )
        return given

    def choice(self) -> tokens.Choice:
        given = {name: value for name, value in self.cleaned_data.items() if name != "person"}
        return tokens.Choice(**given | {"lasts": timedelta(hours=given["lasts"])})

    def filter(self) -> Filter:
        """What is chosen so far comes to, whether the rest is right or not."""
        effects, tags, connections, person = (
            self.usable(name) for name in ("effects", "tags", "connections", "person")
        )
        may = {READ, PROPOSE} if person and person.has_perm("approvals.propose") else {READ}
        return Filter(
            effects=frozenset(effects or ()) & may,
            tags=frozenset(tags or ()) or None,
            connectors=frozenset(one.connector for one in connections or ()) or None,
        )

    def usable(self, name: str) -> object:
        try:
            return self.fields[name].clean(self[name].value())
        except forms.ValidationError:
            return None


def read_ceiling(written: str) -> tuple[str, int]:
    """ "USD 5,000" as ("USD", 500000). Raises ValidationError."""
    found = CEILING.fullmatch(written)
    if not found:
        raise forms.ValidationError(f"“{written}” is not a currency and an amount, such as USD 5,000.")
    currency = normal_currency(found[1])
    if not is_known(currency):
        raise forms.ValidationError(f"{currency} is not a currency known here.")
    try:
        amount_minor = to_minor(found[2].replace(",", ""), currency)
    except ValueError as error:
        raise forms.ValidationError(f"{error}.") from None
    if amount_minor > LARGEST_CEILING_MINOR:
        raise forms.ValidationError(f"{written} is larger than any amount that is kept here.")
    return currency, amount_minor
