"""Where customers are reached: their names, addresses and telephone, and where their goods go."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.billsby import mapping
from connectors.billsby.judgements.fields import Arguments, Shown, UpdateFields, Values, labelled
from connectors.billsby.judgements.wording import get_customer, get_subscription
from connectors.judgements import NOTHING, only_reference
from connectors.judging import Flag, Read, Snapshot

PHONE = {
    "phoneNumberDialCountry": "Dial country",
    "phoneNumberDialCode": "Dial code",
    "phoneNumber": "Telephone",
}
ADDRESS = {
    "addressLine1": "Street",
    "addressLine2": "Second line",
    "city": "City",
    "state": "State",
    "country": "Country",
    "postCode": "Post code",
}
PERSON = {"firstName": "First name", "lastName": "Last name", "email": "E-mail", **ADDRESS, **PHONE}


def _asked_person(arguments: Arguments, currency: str) -> Values:
    only_reference(arguments)
    return labelled(arguments, PERSON)


def _asked_address(arguments: Arguments, currency: str) -> Values:
    only_reference(arguments)
    return labelled(arguments, ADDRESS)


def _comparable(address: Mapping[str, Any]) -> dict[str, Any]:
    """The address without a country that is spelled out, which the three letters cannot be compared with."""
    is_code = re.fullmatch("[A-Z]{3}|", address.get("country", ""))
    return {name: value for name, value in address.items() if name != "country" or is_code}


def _show_person(read: Read, arguments: Arguments, key: str) -> Shown:
    customer = get_customer(read, key)
    address = _comparable(mapping.address(customer.raw.get("billingAddress") or {}))
    name = customer.fields["name"]
    return Shown(key, title=name, party=name, values=labelled({**customer.raw, **address}, PERSON))


def _show_shipping(read: Read, arguments: Arguments, key: str) -> Shown:
    subscription, _ = get_subscription(read, key)
    address = mapping.address(read("billsby_get_shipping_address", {"subscriptionUniqueId": key}))
    party = subscription.fields["customer_name"]
    title = f"{subscription.fields['plan_name']} of {party}"
    return Shown(key, title=title, party=party, values=labelled(_comparable(address), ADDRESS))


def _doubts(before: Snapshot, arguments: Arguments) -> tuple[Flag, ...]:
    flags: tuple[Flag, ...] = ()
    if arguments["email"] != before.fields["e-mail"]:
        detail = (
            f"Invoices go to {arguments['email']} from then on, not to {before.fields['e-mail'] or NOTHING}."
        )
        flags += (Flag("caution", "Another address for invoices", detail),)
    if "phoneNumber" not in arguments:
        detail = "The change names no telephone number. Billsby decides if a stored one stays."
        flags += (Flag("info", "Without telephone", detail),)
    return flags


UPDATE_CUSTOMER = UpdateFields(
    operation="billsby_update_customer",
    kind="customer",
    show=_show_person,
    asked=_asked_person,
    summary="Billsby stores other names, e-mail or billing address for {title}. Nothing is charged.",
    flags=_doubts,
)
UPDATE_SHIPPING_ADDRESS = UpdateFields(
    operation="billsby_update_shipping_address",
    kind="subscription",
    show=_show_shipping,
    asked=_asked_address,
    summary="Billsby stores another shipping address for {title}. Nothing is charged.",
)
