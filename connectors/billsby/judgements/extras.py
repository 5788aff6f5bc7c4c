"""The add-ons and allowances of a subscription, as one text each that can be shown and compared."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from typing import Any

from connectors.billsby import mapping
from connectors.billsby.judgements.wording import known
from connectors.judging import Read


def wanted_add_ons(arguments: Mapping[str, Any]) -> str | None:
    """What the request asks for; "" for none at all, None where it names no list."""
    wanted = _add_ons_in(arguments)
    return None if wanted is None else _add_ons(wanted)


def wanted_allowances(arguments: Mapping[str, Any]) -> str | None:
    wanted = _allowances_in(arguments)
    return None if wanted is None else _allowances(wanted)


def held_extras(read: Read, unique_id: str, arguments: Mapping[str, Any]) -> dict[str, str]:
    """What the subscription has, and which add-ons from the next renewal; allowances do not tell that.

    What a plan forces on the subscription is left out where the request names a list without it: it is there
    whatever is asked.
    """
    which = {"subscriptionUniqueId": unique_id}
    add_ons = _chosen(read("billsby_list_subscription_addons", which), _add_ons_in(arguments))
    allowances = _chosen(read("billsby_list_subscription_allowances", which), _allowances_in(arguments))
    now = {number: 1 if row.get("quantity") is None else row["quantity"] for number, row in add_ons.items()}
    later = {number: row.get("quantityNext") for number, row in add_ons.items()}
    return {
        "add_ons": _add_ons(now),
        "next_add_ons": _add_ons({n: now[n] if later[n] is None else later[n] for n in now}),
        "allowances": _allowances(allowances),
    }


def _add_ons_in(arguments: Mapping[str, Any]) -> Counter[int] | None:
    if "addOns" not in arguments:
        return None
    wanted: Counter[int] = Counter()
    for item in known(arguments, "addOns"):
        wanted[known(item, "addOnId")] += known({"quantity": 1, **item}, "quantity")
    return wanted


def _allowances_in(arguments: Mapping[str, Any]) -> set[int] | None:
    if "allowances" not in arguments:
        return None
    return {known({"allowances": number}, "allowances") for number in known(arguments, "allowances")}


def _chosen(rows: Iterable[Mapping[str, Any]], asked: Container[int] | None) -> dict[int, Mapping[str, Any]]:
    by_number = {int(mapping.text(row, "id")): row for row in rows}
    return {
        number: row
        for number, row in by_number.items()
        if asked is None or number in asked or not row.get("isForced")
    }


def _add_ons(quantities: Mapping[int, int]) -> str:
    return ", ".join(
        f"{quantities[number]} of add-on {number}" for number in sorted(quantities) if quantities[number]
    )


def _allowances(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))
