"""What is changed about a subscription without another plan: its address, its tags, its next renewal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse

from connectors.sandbox.billsby.answering import Body, existing, refused, success
from connectors.sandbox.billsby.customers import ADDRESS, check_country
from connectors.sandbox.billsby.formats import moment
from connectors.sandbox.billsby.subscription_changes import renew_later, save, set_status
from connectors.sandbox.billsby.subscriptions import RUNNING, note_event, subscription_of
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome


def update_shipping_address(books: Books, call: Call) -> Outcome:
    """Other lines of the address; those that are left out stay."""
    subscription = subscription_of(books, call)
    unique = subscription["subscriptionUniqueId"]
    body = Body(books, call, record=unique)
    before = subscription.get("shippingAddress") or dict.fromkeys(ADDRESS, "")
    after = {name: body.text(name, default=before[name]) for name in ADDRESS}
    if after["country"]:
        check_country(body, after)
    body.check()
    subscription["shippingAddress"] = after
    save(books, subscription)
    _note(books, subscription, "ShippingAddressChanged", before, after)
    return Outcome(success(books), unique)


def add_tags(books: Books, call: Call) -> Outcome:
    """Every tag onto every subscription; one that is there already stays once."""
    body = Body(books, call)
    uniques, tags = _texts(body, "subscriptionUniqueIds"), _texts(body, "tagNames")
    body.check()
    for unique in uniques:
        subscription = existing(books, "subscription", unique, name="Subscription")
        for tag in tags:
            if tag not in subscription["tags"]:
                subscription["tags"].append(tag)
                _note(books, subscription, "TagAdded", None, tag)
        save(books, subscription)
    return Outcome(success(books, "Success"), " ".join(uniques))


def remove_tag(books: Books, call: Call) -> Outcome:
    """Take a tag of its own off a subscription; a tag of its plan, or an unknown one, is left alone."""
    tag, unique = call.parts["tag"], call.parameter("subsId")
    if not unique:
        raise refused(books, "subsId is required.", field="subsId")
    subscription = existing(books, "subscription", unique, name="Subscription")
    if was_there := tag in subscription["tags"]:
        subscription["tags"].remove(tag)
        save(books, subscription)
        _note(books, subscription, "TagRemoved", tag, None)
    return Outcome(success(books, "Success"), unique, took=was_there)


def change_renewal_date(books: Books, call: Call) -> Outcome:
    """Bill the next period on another day; with a pause, nothing runs until then."""
    subscription = subscription_of(books, call)
    unique = subscription["subscriptionUniqueId"]
    body = Body(books, call, record=unique, empty=True)
    renewal, is_pause = _moment(body, "newRenewalDate"), body.truth("pauseSubscription", default=False)
    if subscription["status"] not in (*RUNNING, "Paused"):
        body.problem("subscriptionUniqueId", "is not running")
    if renewal is not None and renewal <= books.now:
        body.problem("newRenewalDate", "must lie ahead")
    body.check()
    assert renewal is not None
    before = subscription["nextBillingDate"]
    if is_pause or subscription["status"] == "Paused":
        set_status(books, subscription, "Paused" if is_pause else "Active")
    subscription["nextBillingDate"] = moment(renewal)
    save(books, subscription)
    _note(books, subscription, "RenewalDateChanged", before, subscription["nextBillingDate"])
    renew_later(books, subscription)
    return Outcome(JSONResponse({}), unique)


def _moment(body: Body, name: str) -> datetime | None:
    """A date or a moment; without a zone it is UTC. None when it is neither, noted on the body."""
    text = body.text(name)
    try:
        read = datetime.fromisoformat(str(text))
    except ValueError:
        body.problem(name, "must be a date")
        return None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def _texts(body: Body, name: str) -> list[str]:
    """The texts of a list, each once."""
    listed = body.listed(name)
    if not listed or not all(isinstance(text, str) and text.strip() for text in listed):
        body.problem(name, "must be a list of texts")
        return []
    return list(dict.fromkeys(listed))


def _note(books: Books, subscription: dict[str, Any], event_type: str, old: Any, new: Any) -> None:
    note_event(books, subscription, event_type, {"old": old, "new": new}, at=books.now)
