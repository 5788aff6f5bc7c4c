"""The add-ons and allowances of a subscription, as a change of plan gives them."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.billsby.answering import Body
from connectors.sandbox.books import Books


def asked_addons(books: Books, body: Body) -> list[dict[str, int]] | None:
    """list of {id, quantity}, None where the request names no list; what is wrong is noted on the body."""
    listed = body.listed("addOns")
    if listed is None:
        return None
    asked = []
    for item in listed:
        given = {str(name).lower(): value for name, value in item.items()} if isinstance(item, dict) else {}
        number, quantity = given.get("addonid"), given.get("quantity", 1)
        if not _is_whole(quantity) or quantity < 1:
            body.problem("addOns", "has a quantity that is no whole number from 1")
        elif not _is_whole(number) or books.get("addon", str(number)) is None:
            body.problem("addOns", "names an add-on that does not exist")
        else:
            asked.append({"id": number, "quantity": quantity})
    return asked


def asked_allowances(books: Books, body: Body) -> list[int] | None:
    """Their numbers, None where the request names no list; what is wrong is noted on the body."""
    listed = body.listed("allowances")
    if any(not _is_whole(number) or books.get("allowance", str(number)) is None for number in listed or []):
        body.problem("allowances", "names an allowance that does not exist")
    return listed


def take_extras(
    books: Books,
    subscription: dict[str, Any],
    addons: list[dict[str, int]] | None,
    allowances: list[int] | None,
) -> None:
    """Put what was asked for in the place of what is held; None leaves it. A new allowance counts from 0."""
    if addons is not None:
        subscription["addons"] = addons
    if allowances is None:
        return
    subscription["allowances"] = allowances
    unique = subscription["subscriptionUniqueId"]
    for number in allowances:
        counter_id = (books.get("allowance", str(number)) or {})["counter"]["counterId"]
        key = f"{unique}/{counter_id}"
        if books.get("counter", key) is None:
            counter = {"subscriptionUniqueId": unique, "counterId": counter_id, "usage": 0}
            books.put("counter", key, counter, owner=unique)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
