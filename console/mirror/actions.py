"""What a person may ask for on a record's page. Each ends in a proposal; nothing is done here."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.catalogue import find_operation
from connectors.money import format_money
from console.accounts.models import Person
from console.approvals.models import Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.mirror.forms import ActionForm
from console.mirror.models import Record


@dataclass(frozen=True)
class Option:
    """A line of a menu, and the arguments it stands for."""

    label: str
    arguments: Mapping[str, Any]

    @property
    def value(self) -> str:
        return " ".join(map(str, self.arguments.values()))


@dataclass(frozen=True)
class Menu:
    """A question whose answers no schema lists."""

    label: str
    options: Callable[[Any], list[Option]]


@dataclass(frozen=True)
class Pick:
    """An entry that a list among the arguments may have: `held` of it are there now.

    argument: the list. entry: what stands in it for so many. is_counted: more than one may be had.
    """

    name: str
    label: str
    argument: str
    entry: Callable[[int], Any]
    held: int
    is_counted: bool


@dataclass(frozen=True)
class Action:
    """One operation as a form on a record's page.

    about: arguments that the record gives, each with its field. asks: arguments that a person gives, each
    with its label; their fields are made of the operation's schema. menus: further questions, asked first.
    picks: entries of lists, as they may be had with what the menus' answers stand for. Whoever answers none
    of a list leaves it out; else it has what was answered and, of the rest, what is held.
    amount: the one of `asks` that is money. fits: whether the page offers it. obstacle: why it cannot be done
    as things are, "" when it can. starts: what the fields hold at first.
    """

    slug: str
    model: type[Record]
    operation: str
    label: str  # on the record's page
    title: str
    icon: str
    button: str  # "{amount}" and "{record}" are put in
    summary: str
    about: Mapping[str, str]
    asks: Mapping[str, str] = field(default_factory=dict)
    menus: Mapping[str, Menu] = field(default_factory=dict)
    picks: Callable[[Any, Mapping[str, Any]], list[Pick]] | None = None
    words: Mapping[str, str] = field(default_factory=dict)  # for values that a schema lists
    amount: str = ""
    most: Callable[[Any], int] | None = None  # of the amount, in minor units
    done: str = ""  # what was done to an amount: "refunded"
    fits: Callable[[Any], bool] = lambda record: True
    obstacle: Callable[[Any], str] = lambda record: ""
    starts: Callable[[Any], Mapping[str, Any]] = lambda record: {}

    @property
    def schema(self) -> dict[str, Any]:
        return find_operation(self.operation).input_schema

    @property
    def secrets(self) -> tuple[str, ...]:
        return find_operation(self.operation).secrets

    @property
    def route(self) -> str:
        return f"{self.model.KIND}-{self.slug}"

    @property
    def address(self) -> str:
        return f"mirror:{self.route}"

    @property
    def path(self) -> str:
        return f"{self.model.KIND.replace('_', '-')}s/<int:pk>/{self.slug}/"

    @property
    def has_picks(self) -> bool:
        return self.picks is not None

    @property
    def previews(self) -> bool:
        """Whether the page follows what is typed, which may not send a secret back."""
        return not self.secrets

    def form(self, given: Mapping[str, Any], record: Record) -> ActionForm:
        return ActionForm(given, action=self, record=record)

    def says(self, form: ActionForm) -> str:
        """The button: verb, object, amount."""
        known = form.amount_minor is not None
        amount = format_money(form.amount_minor, form.currency) if known else f"this {self.model.KIND}"
        return self.button.format(amount=amount, record=form.record.title)


def propose_action(action: Action, form: ActionForm, *, actor: Person) -> Proposal:
    """File the proposal of a form that is valid; raises what `propose` raises."""
    record = form.record
    arguments = form.given
    return propose(
        actor=actor,
        steps=[StepDraft(action.operation, arguments, dict(sources(action, arguments, record, actor)))],
        reason=form.cleaned_data["reason"],
        origin=Origin("form", f"{record.KIND}.{record.pk}"),
        connection=record.connection,
    )


def sources(
    action: Action, arguments: Mapping[str, Any], record: Record, actor: Person
) -> Iterator[tuple[str, str]]:
    for name in arguments:
        if name in action.about:
            yield name, f"from {record.KIND} {record.title}"
        else:
            yield name, f"{'typed' if name in action.asks else 'chosen'} by {actor}"
