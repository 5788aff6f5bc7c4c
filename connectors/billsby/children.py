"""What hangs on a subscription or a customer, and what there is to hang on it.

Add-ons, allowances and custom fields are whole lists, a call each. Tags, add-ons held, usage, events and
answers are told of one subscription or customer alone: reading them all costs a call for each, so that a sync
does it **once a day**; reading the subscription or customer itself brings what hangs on it too. None of these
answers names whom it was asked about, so a row's id is its owner's, a slash and its own.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from connectors.ahead import Asked, ReadAhead
from connectors.billsby import mapping, streams
from connectors.errors import NotFoundError
from connectors.judging import Read
from connectors.registry import Page, Record, Row, Stream

WALK_EVERY = timedelta(days=1)
MOST_EVENTS = 500  # in one answer; further ones are asked for
WHOLE = {
    "add_on": ("billsby_list_addons", "addonId", mapping.add_on),
    "allowance": ("billsby_list_allowances", "allowanceId", mapping.allowance),
    "custom_field": ("billsby_list_custom_fields", "customFieldId", mapping.custom_field),
}


def _bare(raw: Any) -> list[Any]:
    return list(raw)


def _named_tags(raw: Any) -> list[dict[str, Any]]:
    """Of the plan and its own, which may have the same name; Billsby gives bare names."""
    return [
        {"id": f"{'plan' if is_of_plan else 'own'}/{name}", "name": name, "isOfPlan": is_of_plan}
        for listed, is_of_plan in (("planFeatureTags", True), ("subscriptionFeatureTags", False))
        for name in raw.get(listed) or ()
    ]


@dataclass(frozen=True)
class Child:
    """A kind that is told of one owner alone. key: a row's own. rows: the answer as a list of rows."""

    kind: str
    owner: str
    operation: str
    key: str
    record: Callable[..., Record]
    rows: Callable[[Any], list[Any]] = _bare
    limit: int | None = None

    def arguments(self, owner: str) -> dict[str, Any]:
        return {OWNER_KEYS[self.owner]: owner} | ({"limit": self.limit} if self.limit else {})

    def found(self, read: Read, owner: str, answer: Any) -> list[Row]:
        """The rows of an answer, and of those behind it."""
        rows = [self._row(owner, raw) for raw in self.rows(answer)]
        following = getattr(answer, "next", None)
        if following is None:
            return rows
        more = read(self.operation, self.arguments(owner) | {"after": following})
        return rows + self.found(read, owner, more)

    def _row(self, owner: str, raw: Any) -> Row:
        reads = partial(self.record, owner=owner)
        row = Row.of(self.kind, self.operation, self.key, raw, reads, beside=owner)
        row.vendor_id = row.vendor_id and f"{owner}/{row.vendor_id}"
        return row

    def read(self, read: Read, owner: str) -> list[Row]:
        return self.found(read, owner, read(self.operation, self.arguments(owner)))

    def pages(self, read: ReadAhead, place: str) -> Iterator[Page]:
        """All owners in turn; the place is where their list goes on."""
        for part in streams.listed(read, OWNER_LISTS[self.owner], place):
            rows: list[Row] = []
            for at in range(0, len(part.rows), read.at_once):
                asked = [self._ask(read, raw) for raw in part.rows[at : at + read.at_once]]
                rows += [row for owner, one in asked for row in self._told(read, owner, one)]
            yield Page(tuple(rows), None, part.following, part.asked_at)

    def _ask(self, read: ReadAhead, raw: Any) -> tuple[str, Asked]:
        owner = streams.row(self.owner, OWNER_LISTS[self.owner], raw, mapping.customer).vendor_id
        return owner, read.ask(self.operation, self.arguments(owner), lambda answer: answer)

    def _told(self, read: Read, owner: str, asked: Asked) -> list[Row]:
        """Nothing of an owner that has just been removed."""
        try:
            return self.found(read, owner, asked.answer())
        except NotFoundError:
            return []


OWNER_KEYS = {"subscription": "subscriptionUniqueId", "customer": "customerUniqueId"}
OWNER_LISTS = {"subscription": "billsby_list_subscriptions", "customer": "billsby_list_customers"}
CHILDREN = (
    Child(
        "tag",
        "subscription",
        "billsby_get_subscription_tags_split",
        "id",
        mapping.tag,
        rows=_named_tags,
    ),
    Child(
        "subscription_add_on",
        "subscription",
        "billsby_list_subscription_addons",
        "id",
        mapping.subscription_add_on,
    ),
    Child("usage", "subscription", "billsby_list_subscription_allowances", "id", mapping.usage),
    Child(
        "event",
        "subscription",
        "billsby_list_subscription_events",
        "subscriptionEventLogId",
        mapping.event,
        limit=MOST_EVENTS,
    ),
    Child(
        "custom_field_response",
        "customer",
        "billsby_list_custom_field_responses",
        "customFieldResponseId",
        mapping.answer,
    ),
)
HANGING = {owner: tuple(child.kind for child in CHILDREN if child.owner == owner) for owner in OWNER_KEYS}
BY_KIND: Mapping[str, Child] = {child.kind: child for child in CHILDREN}


def _whole(kind: str) -> Stream:
    def pages(read: ReadAhead, place: str) -> Iterator[Page]:
        rows = _listed_whole(read, kind)
        yield Page(tuple(rows), len(rows), "")

    return Stream(kind, pages)


def _listed_whole(read: Read, kind: str) -> list[Row]:
    operation, key, record = WHOLE[kind]
    return [Row.of(kind, operation, key, raw, record) for raw in read(operation, {})]


STREAMS = (
    *map(_whole, WHOLE),
    *streams.STREAMS,
    *(Stream(child.kind, child.pages, every=WALK_EVERY) for child in CHILDREN),
)


def refresh(read: Read, kind: str, key: str) -> list[Row]:
    """A record, what a change of it moves too, and what hangs on it; NotFoundError when it is no more."""
    if kind in WHOLE:
        return streams.only(_listed_whole(read, kind), key)
    if kind in BY_KIND:
        return streams.only(BY_KIND[kind].read(read, key.partition("/")[0]), key)
    found = streams.refresh(read, kind, key)
    return [*found, *(row for child in CHILDREN if child.owner == kind for row in child.read(read, key))]
