"""What a person may ask for on a record's page. Each ends in a proposal; nothing is done here."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.catalogue import find_operation
from connectors.money import format_money
from console.accounts.models import Person
from console.approvals.models import Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.mirror.forms import ActionForm, Line
from console.mirror.lines import Lines
from console.mirror.models import Record
from console.mirror.nesting import tops


@dataclass(frozen=True)
class Option:
    """A line of a menu, and the arguments it stands for."""

    label: str
    arguments: Mapping[str, Any]

    @property
    def value(self) -> str:
        several = (value if isinstance(value, list) else [value] for value in self.arguments.values())
        return " ".join(str(value) for values in several for value in values)


@dataclass(frozen=True)
class Menu:
    """A question whose answers no schema lists.

    is_live: the vendor is asked for them. is_apart: an answer is no argument of the operation itself.
    """

    label: str
    options: Callable[[Any], list[Option]]
    is_live: bool = False
    is_apart: bool = False
    is_required: bool = True
    blank: str = "Choose…"
    hint: Callable[[list[Option]], str] = lambda options: ""


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
    """One operation as a form on a record's page. Arguments within others are named by their place.

    about: arguments that the record gives, each with its field. asks: arguments that a person gives, each
    with its label; their fields are made of the operation's schema. fixed: arguments that are always the
    same. repeats: arguments that say again what another one says. menus: further questions, asked first.
    picks: entries of lists, as they may be had with what the menus' answers stand for. Whoever answers none
    of a list leaves it out; else it has what was answered and, of the rest, what is held.
    lines: a list that is written line by line. file: what an uploaded file is, in words. then: what else the
    proposal does after it. changes_only: what the record has already is not sent.
    amount: the one of `asks` that is money. more_money: others that are. fits: whether the page offers it.
    obstacle: why it cannot be done as things are, "" when it can. starts: what the fields hold at first.
    tells: what the vendor says of it before it is proposed.
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
    fixed: Mapping[str, Any] = field(default_factory=dict)
    repeats: Mapping[str, str] = field(default_factory=dict)
    menus: Mapping[str, Menu] = field(default_factory=dict)
    picks: Callable[[Any, Mapping[str, Any]], list[Pick]] | None = None
    lines: Lines | None = None
    file: str = ""
    then: Callable[[ActionForm], list[StepDraft]] = lambda form: []
    changes_only: bool = False
    words: Mapping[str, str] = field(default_factory=dict)  # for values that a schema lists
    amount: str = ""
    more_money: tuple[str, ...] = ()
    least_minor: int = 1  # of an amount that has no bound here
    most: Callable[[Any], int] | None = None  # of the amount, in minor units
    done: str = ""  # what was done to an amount: "refunded"
    fits: Callable[[Any], bool] = lambda record: True
    obstacle: Callable[[Any], str] = lambda record: ""
    starts: Callable[[Any], Mapping[str, Any]] = lambda record: {}
    tells: Callable[[Any, Mapping[str, Any]], list[Line]] | None = None

    @property
    def schema(self) -> dict[str, Any]:
        return find_operation(self.operation).input_schema

    @property
    def secrets(self) -> tuple[str, ...]:
        return find_operation(self.operation).secrets

    @property
    def money(self) -> tuple[str, ...]:
        return (self.amount, *self.more_money)

    @property
    def sends_file(self) -> bool:
        """Whether the operation itself is about the file."""
        return find_operation(self.operation).takes_file

    @property
    def wants_trust(self) -> bool:
        return find_operation(self.operation).wants_trust({})

    @property
    def connector(self) -> str:
        return find_operation(self.operation).connector

    def is_about(self, record: Record) -> bool:
        """Whether the record is of its kind and vendor."""
        return isinstance(record, self.model) and record.connection.connector == self.connector

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
        """Whether the page follows what is typed; a secret may not be sent back."""
        return not set(self.secrets) & set(self.asks)

    def form(self, given: Mapping[str, Any], record: Record, **more: Any) -> ActionForm:
        return ActionForm(given, action=self, record=record, **more)

    def says(self, form: ActionForm) -> str:
        """The button: verb, object, amount."""
        known = form.amount_minor is not None
        amount = format_money(form.amount_minor, form.currency) if known else f"this {form.record.word}"
        return self.button.format(amount=amount, record=form.record.title)


def propose_action(action: Action, form: ActionForm, *, actor: Person) -> Proposal:
    """File the proposal of a form that is valid; raises what `propose` raises."""
    record = form.record
    arguments = form.given
    first = StepDraft(action.operation, arguments, dict(sources(action, arguments, record, actor)))
    return propose(
        actor=actor,
        steps=[first, *action.then(form)],
        reason=form.cleaned_data["reason"],
        origin=Origin("form", f"{record.KIND}.{record.pk or ''}"),
        connection=record.connection,
    )


def sources(
    action: Action, arguments: Mapping[str, Any], record: Record, actor: Person
) -> Iterator[tuple[str, str]]:
    typed = tops([*action.asks, *action.repeats, *([action.lines.argument] if action.lines else [])])
    for name in arguments:
        if name in typed:
            yield name, f"typed by {actor}"
        elif name in tops(action.about):
            yield name, f"from {record.KIND} {record.title}"
        else:
            yield name, f"chosen by {actor}"
