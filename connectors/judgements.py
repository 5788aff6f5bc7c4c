"""What the judgements of every connector share: words of a card, and finding what was just made."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from connectors.catalogue import find_operation
from connectors.errors import ArgumentsError, NotFoundError
from connectors.judging import Change, Verdict
from connectors.schemas import is_reference

NOTHING = "—"
Found = TypeVar("Found")  # a record as the connector's judges have it


def card(operation: str, **values: str) -> str:
    """The sentence of a card, from the operation's own pattern."""
    return find_operation(operation).card.format(**values)


def undo(operation: str) -> str:
    return find_operation(operation).undo


def sent_changes(arguments: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[Change]:
    """One line for each argument that has a label and a value, in the order of the labels."""
    for name, label in labels.items():
        if name in arguments:
            yield Change(label, NOTHING, shown_value(arguments[name]), "sent")


def only_reference(arguments: Mapping[str, Any], *allowed: str) -> None:
    """Nothing but the ids named here can sensibly come from an earlier step; ArgumentsError for the rest."""
    problems = [
        f"{name} must be given here: it cannot come from an earlier step."
        for name, value in arguments.items()
        if name not in allowed and _holds_reference(value)
    ]
    if problems:
        raise ArgumentsError(problems)


def _holds_reference(value: Any) -> bool:
    if is_reference(value):
        return True
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return any(map(_holds_reference, parts))


def shown_value(value: Any) -> str:
    if is_reference(value):
        return f"the {value['$ref']['result']} that step {value['$ref']['step']} returns"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Mapping):
        return ", ".join(map(shown_value, value.values()))
    if isinstance(value, list | tuple):
        return "; ".join(map(shown_value, value))
    return str(value)


def verdict(
    answered: str | None,
    *,
    vendor: str,
    thing: str,
    get: Callable[[str], Found],
    search: Callable[[], list[Found]],
    alike: Callable[[Found], bool],
    differs: Callable[[Found], str],
    named: Callable[[Found], str],
    told: Callable[[Found], Verdict],
) -> Verdict:
    """Find the record that an attempt made: by the id the vendor answered with, else by looking for its like.

    answered: that id; None where no answer came, or the vendor's answer names none.
    alike: whether a record found by looking may be the one; while one may be, it is not called absent.
    differs: in what a found record is not the one asked for, as half a sentence; "" when it is.
    named: the record in words that tell it from its like.
    """
    if answered is not None:
        try:
            record = get(answered)
        except NotFoundError:
            return Verdict("absent", f"{vendor} answered with {thing} {answered} and does not show it yet.")
        if difference := differs(record):
            sentence = f"{vendor} answered with another {thing} than asked for: {difference}."
            return Verdict("cannot_tell", sentence)
        return told(record)
    records = [record for record in search() if alike(record)]
    if not records:
        return Verdict("absent", f"{vendor} shows no such {thing} made since the request was sent.")
    exact = [record for record in records if not differs(record)]
    if len(exact) == 1:
        return told(exact[0])
    found = ", ".join(map(named, exact or records))
    if exact:
        return Verdict("cannot_tell", f"{vendor} shows more than one such {thing} made since then: {found}.")
    return Verdict("cannot_tell", f"{vendor} shows {found} made since then, but {differs(records[0])}.")
