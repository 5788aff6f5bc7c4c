"""Whether a vendor's record fits the mirror's columns, and what each column then holds."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    Field,
    IntegerField,
    JSONField,
    TextField,
)

from connectors.registry import Record as VendorRecord
from console.mirror.models import Record
from console.mirror.quarantine import DoesNotFitError, is_storable

LARGEST_AMOUNT = 2**53 - 1  # beyond it JSON numbers are not exact, and the log takes none
LARGEST_PLAIN = 2**31 - 1  # what every kind of integer column holds
UNSTORABLE = "A text holds a zero byte or half a letter."
YEARS = range(1900, 2200)  # others are slips of the vendor's, and break arithmetic with time zones
# Columns that are not made of what a vendor sent.
OURS = ("connection", "raw", "digest", "fetched_at", "seen_in", "gone_at", "haystack")
PLAIN: Mapping[type[Field], type] = {
    CharField: str,
    TextField: str,
    BooleanField: bool,
    IntegerField: int,
    BigIntegerField: int,
    DateTimeField: datetime,
    DateField: date,
    JSONField: list,
}

Values = dict[str, Any]
Takes = Callable[[list[Any]], bool]


@dataclass(frozen=True)
class Shape:
    """What there is to know of a model's columns, once for all its rows.

    blank: a row that nobody has told anything of. takes: whether a column surely holds values as they are.
    fillers: what stands for nothing where a column knows no null. needed: those whose blank would not do.
    """

    blank: Values
    takes: Mapping[str, Takes]
    fillers: Mapping[str, Any]
    needed: frozenset[str]


@cache
def shape_of(model: type[Record]) -> Shape:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    told = [field for field in fields if field.name not in (*OURS, "vendor_id")]
    takes = {field.name: taker(field) for field in fields if field.name not in OURS}
    return Shape(
        blank={field.attname: field.get_default() for field in fields},
        takes=takes,
        fillers={field.name: field.get_default() for field in fields if not field.null},
        needed=frozenset(field.name for field in told if not takes[field.name]([field.get_default()])),
    )


def taker(field: Field) -> Takes:
    """Whether the column holds these values as they are, beyond doubt; where not, `clean_fields` decides.

    That one asks every column of every row through several layers, which costs more than all the rest of the
    fitting. No column here has validators but those of its type.
    """
    kind, may_be_null = PLAIN.get(type(field)), field.null and field.blank
    if field.choices or kind is None:
        return lambda values: may_be_null and values.count(None) == len(values)
    within = limits_of(field, kind)

    def takes(values: list[Any]) -> bool:
        kinds = set(map(type, values))
        if may_be_null and type(None) in kinds:
            kinds.discard(type(None))
            values = [value for value in values if value is not None]
        return not kinds or (kinds == {kind} and within(values))

    return takes


def limits_of(field: Field, kind: type) -> Takes:
    """Whether values of the right kind are neither too long nor too large."""
    if kind is str:
        shortest, longest = 0 if field.blank else 1, field.max_length or 2**31
        return lambda values: (
            shortest <= min(map(len, values))
            and max(map(len, values)) <= longest
            and "".join(values).isprintable()
        )
    if kind is int:
        return lambda values: min(values) >= -LARGEST_PLAIN and max(values) <= LARGEST_PLAIN
    if kind in (bool, list):
        return lambda values: True
    return lambda values: min(values).year in YEARS and max(values).year in YEARS


def sure_columns(model: type[Record], records: Sequence[VendorRecord]) -> frozenset[str]:
    """Those that hold what all these records tell of them as it is; asked once for many rows."""
    shape = shape_of(model)
    names = {name for record in records for name in record.fields}
    return frozenset(
        name
        for name in names & shape.takes.keys()
        if shape.takes[name]([record.fields[name] for record in records if name in record.fields])
    )


def fitted(
    model: type[Record],
    known: Mapping[str, Any],
    record: VendorRecord,
    raw_text: str,
    vendor_id: str,
    sure: frozenset[str] = frozenset(),
) -> Values:
    """Column → value of the row that this record makes of what is known; `raw` is left out.

    sure: the columns that need not be asked. Raises DoesNotFitError.
    """
    if ("\\u0000" in raw_text or "\\ud" in raw_text) and not is_storable(json.loads(raw_text)):
        raise DoesNotFitError(UNSTORABLE)
    shape = shape_of(model)
    # A row to ask, not to save: Django's own way of making one costs ten times this.
    row = model.__new__(model)
    values = row.__dict__
    values.update(known or shape.blank)
    values.update(record.fields)
    values["vendor_id"] = vendor_id
    told = record.fields.keys()
    is_sure = shape.takes["vendor_id"]([vendor_id])
    for name in told - sure:
        if name not in shape.takes:
            raise DoesNotFitError(f"{model._meta.verbose_name} has no {name}.", field=name)
        if values[name] is None and name in shape.fillers:
            # Texts and flags are never null here: what the vendor leaves open is empty.
            values[name] = shape.fillers[name]
        if not shape.takes[name]([values[name]]):
            check(name, values[name])
            is_sure = False
    if not is_sure or not shape.needed <= told:
        values.update(cleaned(model, values))
    row.derive()
    return values


def cleaned(model: type[Record], values: Values) -> Values:
    row = model(**values)
    try:
        row.clean_fields(exclude=OURS)
    except ValidationError as error:
        problems = (f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
        raise DoesNotFitError("; ".join(problems), field=next(iter(error.message_dict))) from None
    return {name: getattr(row, name) for name in values}


def check(name: str, value: Any) -> None:
    """What Django asks no column. A value may have come with another record than the one it is read from."""
    if not is_storable(value):
        raise DoesNotFitError(f"{name}: {UNSTORABLE}", field=name)
    if isinstance(value, int):
        if not -LARGEST_AMOUNT <= value <= LARGEST_AMOUNT:
            raise DoesNotFitError(f"{name}: {value} is too large to be exact.", field=name)
    elif isinstance(value, date) and value.year not in YEARS:
        raise DoesNotFitError(f"{name}: {value} is no date that anybody meant.", field=name)
