"""What can be asked of each kind of record: the columns of its table, each with how its values compare."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache

from django.db import models

from console.mirror.answers import OURS
from console.mirror.models import Invoice, Owned, Record
from console.mirror.models.syncs import words_for
from console.mirror.querysets import ReceivableQuerySet, SubscriptionQuerySet


class QuestionError(Exception):
    """str() tells in words why there is no answer."""


class Type(StrEnum):
    TEXT = "text"
    ID = "id"
    STATUS = "status"
    CURRENCY = "currency"
    FLAG = "yes or no"
    NUMBER = "number"
    MONEY = "money"
    DAY = "day"
    MOMENT = "moment"
    AGE = "age"
    RELATED = "record"  # of another record: compared as whole, and no value of its own to show


DATED = (Type.DAY, Type.MOMENT)
COUNTED = (Type.NUMBER, Type.MONEY)
WORDED = (Type.TEXT, Type.ID, Type.STATUS, Type.CURRENCY)


@dataclass(frozen=True)
class Column:
    """source: where the database has it."""

    name: str
    type: Type
    source: str

    @property
    def words(self) -> str:
        """open_minor -> open, issued_at -> issued, waiting_for -> waiting for."""
        return re.sub(r"_(minor|at|on)$", "", self.name).replace("_", " ")


@cache
def columns_of(model: type[Record]) -> Mapping[str, Column]:
    """By name, in the order of the table; last what stands for more than one column."""
    fields = [field for field in model._meta.concrete_fields if field.name not in OURS]
    columns = [
        Column(field.name, type_of(field), field.name)
        for field in fields
        if not isinstance(field, models.JSONField)
    ]
    columns.append(Column("connector", Type.TEXT, "connection__connector"))
    if issubclass(model, Invoice):
        columns.append(Column("age_days", Type.AGE, "aging_on"))
    if knows_customer(model):
        columns.append(Column("customer", Type.RELATED, "customer_vendor_id"))
    if issubclass(queryset_of(model), SubscriptionQuerySet):
        columns.append(Column("tag", Type.RELATED, "vendor_id"))
    return {column.name: column for column in columns}


def type_of(field: models.Field) -> Type:
    match field:
        case models.BooleanField():
            return Type.FLAG
        case models.DateTimeField():
            return Type.MOMENT
        case models.DateField():
            return Type.DAY
        case models.IntegerField():
            return Type.MONEY if field.name.endswith("_minor") else Type.NUMBER
    if field.name == "currency":
        return Type.CURRENCY
    if field.name.endswith("vendor_id"):
        return Type.ID
    return Type.STATUS if field.name.endswith("status") else Type.TEXT


def queryset_of(model: type[Record]) -> type[models.QuerySet]:
    return type(model.objects.none())


def knows_customer(model: type[Record]) -> bool:
    """Whether its rows are somebody's, or of a record that is."""
    if issubclass(queryset_of(model), ReceivableQuerySet):
        return True
    return issubclass(model, Owned) and issubclass(queryset_of(model.owner_model()), ReceivableQuerySet)


def column_called(model: type[Record], name: str) -> Column:
    columns = columns_of(model)
    if name in columns:
        return columns[name]
    plural = words_for(model.KIND).capitalize()
    near = get_close_matches(name, columns, n=3, cutoff=0.5)
    meant = f" Perhaps {' or '.join(near)}?" if near else ""
    raise QuestionError(f"{plural} have no field “{name}”.{meant} They have: {', '.join(columns)}.")
