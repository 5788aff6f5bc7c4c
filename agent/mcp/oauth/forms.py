from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from agent.mcp.filters import all_tags
from agent.mcp.forms import Accounts
from agent.mcp.oauth.giving import Choice
from agent.mcp.oauth.scopes import EFFECTS, Filters
from console.accounts.models import Person
from console.connections.models import Connection

LIFETIMES_H = {"1": "1 hour", "8": "8 hours", "168": "7 days", "720": "30 days"}


def ticks() -> forms.CheckboxSelectMultiple:
    return forms.CheckboxSelectMultiple(attrs={"class": "cb"})


class ConsentForm(forms.Form):
    """What the person leaves of what the client asked for; nothing beyond that can be chosen."""

    effects = forms.MultipleChoiceField(
        label="It may", widget=ticks(), error_messages={"required": "Leave at least one of them, or refuse."}
    )
    tags = forms.MultipleChoiceField(label="Records", widget=ticks(), required=False)
    connections = Accounts(
        label="Accounts", queryset=Connection.objects.none(), widget=ticks(), required=False
    )
    lasts_h = forms.ChoiceField(
        label="For how long",
        choices=LIFETIMES_H.items(),
        initial="720",
        widget=forms.Select(attrs={"class": "inp"}),
    )

    def __init__(self, asked: Filters, person: Person, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.asked = asked
        may_propose = person.has_perm("approvals.propose")
        effects = [effect for effect in asked.effects if may_propose or effect != "propose"]
        self.fields["effects"].choices = [(effect, EFFECTS[effect]) for effect in effects]
        self.fields["effects"].initial = effects
        tags = asked.tags or all_tags()
        self.fields["tags"].choices = [(tag, tag.replace("_", " ").replace("-", " ")) for tag in tags]
        self.fields["tags"].initial = asked.tags
        connections = Connection.objects.all()
        if asked.connection_ids:
            connections = connections.filter(pk__in=asked.connection_ids)
        self.fields["connections"].queryset = connections
        self.fields["connections"].initial = asked.connection_ids

    def clean_tags(self) -> list[str]:
        return self._narrowed("tags", self.asked.tags)

    def clean_connections(self) -> list[Connection]:
        return list(self._narrowed("connections", self.asked.connection_ids))

    def _narrowed(self, name: str, asked: tuple) -> Any:
        """None ticked means all; but not where the client itself asked for some only."""
        chosen = self.cleaned_data[name]
        if asked and not chosen:
            raise forms.ValidationError("Leave at least one of them, or refuse.")
        return chosen

    def choice(self) -> Choice:
        return Choice(
            effects=self.cleaned_data["effects"],
            tags=self.cleaned_data["tags"],
            connections=self.cleaned_data["connections"],
            expires_at=self.expires_at(),
        )

    def expires_at(self) -> datetime:
        return timezone.now() + timedelta(hours=int(self.cleaned_data["lasts_h"]))
