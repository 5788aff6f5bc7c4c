"""Any question about one kind of record: narrowed, grouped, counted and added up by the database.

Amounts of different currencies are never added, compared or put in one order. What cannot be answered is
refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils import timezone

from console.mirror.answers import Ids, answer, as_of, within
from console.mirror.columns import WORDED, Column, QuestionError, Type, column_called
from console.mirror.conditions import AsciiLower, Condition, narrowed, one_currency
from console.mirror.grouping import grouped, summed, totals
from console.mirror.listings import LISTINGS
from console.mirror.models import KINDS, Bill, Budget, Invoice, Payment, Record
from console.mirror.queries import AGE_NOTE
from console.mirror.querysets import OwnedQuerySet, RecordQuerySet
from console.mirror.same_view import same_view

NOTES = {
    Invoice: AGE_NOTE,
    Bill: "waiting_for names who at BILL has still to approve a bill. Approvals here are not among them.",
    Payment: "status says whether a payment stands; single_status says where on its way the money is.",
    Budget: "Limit, assigned and spent are of the running period. A budget without a limit shows none.",
}


@dataclass(frozen=True)
class Question:
    """group_by: names of columns, of days also by unit: "issued_at:month". order_by: with "-" it is down."""

    kind: str
    text: str = ""
    where: Sequence[Condition] = ()
    group_by: Sequence[str] = ()
    sum: Sequence[str] = ()
    order_by: str = ""
    limit: int = 20
    offset: int = 0


def ask(question: Question, *, connection_ids: Ids = None) -> dict[str, Any]:
    """{kind, understood, count, rows, totals, more, next_offset, as_of, link, …}. Raises QuestionError.

    Without `group_by` the rows are records, as `answers.as_dict` has them; with it one for each group (and
    currency, where an amount is added up) with its count and sums. totals: the sums over all that was found,
    of those asked for or else of what the list page adds up. understood: the conditions in words, with the
    days that were meant. link: the same rows on a page of the console; link_note: what that page cannot say.
    """
    model = KINDS[question.kind]
    columns = [summed(model, name) for name in question.sum or standing_sums(model, question)]
    found = within(model.objects.matching(question.text), connection_ids=connection_ids)
    found, understood = with_conditions(found, question)
    if question.group_by:
        told = grouped(found, question, columns)
    else:
        told = records(found, question, connection_ids)
    link, link_note = same_view(model, question.text, question.where)
    return {
        "kind": question.kind,
        "understood": understood,
        **told,
        "totals": totals(found, columns),
        "as_of": as_of([question.kind], connection_ids=connection_ids),
        "link": link,
        **({"link_note": link_note} if link_note else {}),
        **({"note": NOTES[model]} if model in NOTES else {}),
    }


def standing_sums(model: type[Record], question: Question) -> list[str]:
    """What its list page adds up."""
    total = LISTINGS[model].total if model in LISTINGS else ""
    return [total] if total and not question.group_by else []


def with_conditions(found: RecordQuerySet, question: Question) -> tuple[RecordQuerySet, list[str]]:
    """The rows that all of them leave, amounts last: by then it is known whether they are of one currency."""
    today = timezone.localdate()
    words = []
    columns = [column_called(found.model, one.field) for one in question.where]
    pairs = zip(columns, question.where, strict=True)
    for column, condition in sorted(pairs, key=lambda pair: pair[0].type is Type.MONEY):
        found, said = narrowed(found, column, condition, today)
        words.append(said)
    return found, words


def records(found: RecordQuerySet, question: Question, connection_ids: Ids) -> dict[str, Any]:
    if isinstance(found, OwnedQuerySet):
        listing = LISTINGS.get(found.model)
        found = found.with_owner(*(listing.of_owner if listing else ()))
    order = (*order_of(found, question), "pk")
    limit, offset = question.limit, question.offset
    return answer(found, order=order, limit=limit, offset=offset, connection_ids=connection_ids)


def order_of(found: RecordQuerySet, question: Question) -> list[Any]:
    """As asked for; else the oldest first where an age was asked for, else as the list page has it."""
    model = found.model
    names = [question.order_by] if question.order_by else []
    if not names and any(one.field == "age_days" for one in question.where):
        names = ["-age_days"]
    if not names and model in LISTINGS:
        names = [name for name in LISTINGS[model].order if name.lstrip("-") != "id"]
    terms = []
    for name in names:
        column = column_called(model, name.removeprefix("-"))
        if column.type is Type.RELATED:
            raise QuestionError(f"Rows cannot be put in order by {column.name}.")
        if column.type is Type.MONEY:
            one_currency(found, "they can be put in order")
        terms.append(ordered(column, is_down=name.startswith("-")))
    return terms


def ordered(column: Column, *, is_down: bool) -> Any:
    """What is not told comes last either way. An age is larger the earlier the day it counts from."""
    value = AsciiLower(F(column.source)) if column.type in WORDED else F(column.source)
    is_down = is_down != (column.type is Type.AGE)
    return value.desc(nulls_last=True) if is_down else value.asc(nulls_last=True)
