"""Where each value of a proposal came from, found by our own code and shown to the approver.

In this order: typed by a person; a field of something a tool read; somewhere in free text that others wrote
(a memo, a name); else the agent made it up or worked it out.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agent.tools.tool import Evidence
from connectors import money
from connectors.schemas import is_reference
from console.mirror.models import KINDS as MIRRORED

THE_AGENT = "the agent's"
FREE_TEXT = re.compile(r"memo|note|description|name|comment|reason|title|text|message|address", re.IGNORECASE)
MONEY = re.compile(r"amount|price|minor|total|balance", re.IGNORECASE)
# What a record is called by, best first.
NUMBERS = ("invoiceNumber", "number", "subscriptionUniqueId", "customerUniqueId", "vendor_id", "id")
KINDS = {
    "invoiceNumber": "invoice",
    "subscriptionUniqueId": "subscription",
    "customerUniqueId": "customer",
}
TELLING_NUMBER = 1_000  # a smaller number proves nothing unless its field has the argument's name
TELLING_LENGTH = 3  # what people type is told apart by its spelling: 500 says something, 1 and US do not
PLAIN_NUMBER = re.compile(r"[\w.-]{1,40}")  # vendors write a record's number, and it goes onto the card


@dataclass(frozen=True)
class Leaf:
    """One value inside a tool's answer: its key, and the record it stands in."""

    key: str
    value: str | int
    record: str


def sources_of(arguments: Mapping[str, Any], evidence: Evidence) -> dict[str, str]:
    """Argument name to where its value came from, in words. Nested values have paths: `lines.0.price`."""
    leaves = [leaf for result in evidence.results for leaf in _leaves(result)]
    currency = _currency(arguments, evidence)
    return {
        name: source_of(name, value, evidence.said, leaves, currency=currency)
        for name, value in _values(arguments)
    }


def source_of(
    name: str, value: Any, said: tuple[tuple[str, str], ...], leaves: list[Leaf], *, currency: str = ""
) -> str:
    if is_reference(value):
        return f"returned by step {value['$ref'].get('step')}"
    if isinstance(value, bool) or value in ("", None):
        return THE_AGENT
    spellings = _spellings(name, value, currency)
    for who, text in said:
        if any(_is_typed(name, spelling, text, currency) for spelling in spellings):
            return f"typed by {who}"
    from_text = ""
    for leaf in reversed(leaves):  # the latest reading first
        is_free = bool(FREE_TEXT.search(leaf.key)) and isinstance(leaf.value, str)
        if not is_free and _is_same(name, value, leaf):
            return f"from {leaf.record or 'a record'}, {_words(leaf.key)}"
        if is_free and not from_text and any(_stands_in(spelling, str(leaf.value)) for spelling in spellings):
            from_text = f"from free text in {_words(leaf.key)}" + (
                f" of {leaf.record}" if leaf.record else ""
            )
    return from_text or THE_AGENT


def _currency(arguments: Mapping[str, Any], evidence: Evidence) -> str:
    """What the arguments say, else what the records they name were read with; "" where that is not one."""
    values = list(_values(arguments))
    given = next((str(value) for name, value in values if "currency" in name.lower()), "")
    if given:
        return given
    named = {value for _, value in values if isinstance(value, str)}
    read = {found for result in evidence.results for found in _currencies(result, named)}
    return read.pop() if len(read) == 1 else ""


def _currencies(value: Any, named: set[str]) -> Iterator[str]:
    if isinstance(value, Mapping):
        own = next((value[key] for key in NUMBERS if value.get(key)), None)
        currency = value.get("currency") or value.get("currencyCode")
        if isinstance(own, str) and own in named and isinstance(currency, str):
            yield money.normal_currency(currency)
        for inner in value.values():
            yield from _currencies(inner, named)
    elif isinstance(value, list):
        for inner in value:
            yield from _currencies(inner, named)


def _values(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and not is_reference(value):
        for key, inner in value.items():
            yield from _values(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _values(inner, f"{path}.{index}")
    else:
        yield path, value


def _spellings(name: str, value: Any, currency: str) -> list[str]:
    """How people may have written the value: 100000 minor units are also 1000, 1,000 and 1,000.00.

    None for minor units of a currency that is not known: a guess would be wrong by powers of ten.
    """
    if not isinstance(value, int):
        text = str(value)
        return [text, _grouped(text)] if re.fullmatch(r"\d+(\.\d+)?", text) else [text]
    if not MONEY.search(_last(name)):
        return [str(value), f"{value:,}"]
    if not money.is_known(currency):
        return []
    digits = money.exponent(currency)
    major, rest = divmod(value, 10**digits)
    fraction = f".{rest:0{digits}d}" if digits else ""
    return [f"{major}{fraction}", f"{major:,}{fraction}", *([] if rest else [str(major), f"{major:,}"])]


def _grouped(text: str) -> str:
    whole, point, fraction = text.partition(".")
    return f"{int(whole):,}{point}{fraction}"


def _is_typed(name: str, spelling: str, text: str, currency: str) -> bool:
    """A short spelling counts only beside the argument's name or as money: US stands in "tell us" as well."""
    if len(spelling) >= TELLING_LENGTH:
        return _stands_in(spelling, text)
    written = re.escape(spelling)
    ways = [rf"\b{re.escape(_words(_last(name)))}\W{{1,3}}{written}"]
    if MONEY.search(_last(name)):
        sign = "|".join(map(re.escape, filter(None, [money.SYMBOLS.get(currency), currency])))
        ways += [rf"(?<!\w)(?:{sign})\s?{written}", rf"(?<![\w.,]){written}\s?(?:{sign})"] if sign else []
    return any(re.search(rf"{way}(?!\w|[.,]\d)", text, re.IGNORECASE) for way in ways)


def _stands_in(spelling: str, text: str) -> bool:
    """As a word of its own: 100 does not stand in 1,100 or 100.50."""
    return bool(re.search(rf"(?<!\w)(?<!\d[.,]){re.escape(spelling)}(?!\w|[.,]\d)", text, re.IGNORECASE))


def _is_same(name: str, value: Any, leaf: Leaf) -> bool:
    if str(value).casefold() != str(leaf.value).casefold():
        return False
    is_number = isinstance(value, int) or str(value).isdigit()
    if is_number and abs(int(value)) < TELLING_NUMBER or len(str(value)) < 3:
        return _last(name).casefold() == leaf.key.casefold()
    return True


def _leaves(value: Any, key: str = "", record: str = "") -> Iterator[Leaf]:
    if isinstance(value, Mapping):
        record = _called(value) or record
        for inner_key, inner in value.items():
            yield from _leaves(inner, str(inner_key), record)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key, record)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield Leaf(key, value, record)


def _called(record: Mapping[str, Any]) -> str:
    """What people call the record: "invoice 7KQ2M9XTRB-3". "" where its number may be a sentence."""
    for key in NUMBERS:
        number = record.get(key)
        if isinstance(number, str | int) and number and PLAIN_NUMBER.fullmatch(str(number)):
            kind = str(record.get("kind"))
            return f"{KINDS.get(key) or (kind if kind in MIRRORED else 'record')} {number}"
    return ""


def _last(path: str) -> str:
    return path.rsplit(".", 1)[-1]


def _words(key: str) -> str:
    """openAmount, open_minor -> open amount; amount_minor -> amount."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key).replace("_", " ").lower()
    return re.sub(r"(\bamount )?\bminor$", "amount", spaced) or "value"
