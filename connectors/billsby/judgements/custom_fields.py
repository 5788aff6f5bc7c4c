"""Custom fields and what customers answered to them."""

from collections.abc import Mapping
from typing import Any

from connectors.billsby import mapping
from connectors.billsby.judgements.fields import (
    Arguments,
    CreateFields,
    Shown,
    UpdateFields,
    Values,
    in_words,
    labelled,
)
from connectors.billsby.judgements.wording import get_customer
from connectors.errors import NotFoundError
from connectors.judgements import only_reference
from connectors.judging import Flag, Read, Snapshot
from connectors.registry import Record

LABELS = {
    "type": "Kind",
    "label": "Label",
    "description": "Description",
    "options": "Options",
    "compulsory": "Compulsory",
}


def _fields(read: Read, arguments: Arguments) -> list[Record]:
    return [mapping.custom_field(row) for row in read("billsby_list_custom_fields", {})]


def _names(read: Read, arguments: Arguments) -> Mapping[str, str]:
    return {field.vendor_id: field.fields["label"] for field in _fields(read, arguments)}


def _show(read: Read, arguments: Arguments, key: str) -> Shown:
    field = _the_one(_fields(read, arguments), key, "custom field")
    label = field.fields["label"]
    shown = {**field.raw, "type": field.fields["type"], "options": _options(field.raw.get("options"))}
    return Shown(key, title=label, party=label, values=labelled(shown, LABELS))


def _asked(arguments: Arguments, currency: str) -> Values:
    only_reference(arguments)
    given = {**arguments}
    if "type" in given:
        given["type"] = given["type"].replace("_", " ").capitalize()
    if "options" in given:
        given["options"] = _options(given["options"])
    return labelled(given, LABELS)


def _options(text: Any) -> list[str]:
    return [option.strip() for option in str(text or "").split(",") if option.strip()]


def _seen_by_customers(before: Snapshot, arguments: Arguments) -> tuple[Flag, ...]:
    if "label" not in arguments:
        return ()
    return (Flag("info", "Shown to customers", "Customers read the new label at the next checkout."),)


def _show_answer(read: Read, arguments: Arguments, key: str) -> Shown:
    owner = arguments["customerUniqueId"]
    rows = read("billsby_list_custom_field_responses", {"customerUniqueId": owner})
    answer = _the_one([mapping.custom_field_response(row) for row in rows], key, "answer")
    customer = get_customer(read, owner)
    return Shown(
        f"{owner}/{key}",
        title=answer.fields["label"],
        party=customer.fields["name"],
        values={"Answer": in_words(answer.fields["value"])},
    )


def _asked_answer(arguments: Arguments, currency: str) -> Values:
    only_reference(arguments)
    return {"Answer": in_words(arguments["value"])}


def _the_one(records: list[Record], key: str, thing: str) -> Record:
    found = [record for record in records if record.vendor_id == key]
    if not found:
        raise NotFoundError(f"Billsby has no {thing} {key}.", vendor="Billsby", status=404)
    return found[0]


CREATE = CreateFields(
    operation="billsby_create_custom_field",
    kind="custom_field",
    thing="custom field",
    names=_names,
    show=_show,
    asked=_asked,
    asked_name="label",
    summary="Billsby gets a new custom field, {title}. Customers see it once a product asks for it.",
)
UPDATE = UpdateFields(
    operation="billsby_update_custom_field",
    kind="custom_field",
    show=_show,
    asked=_asked,
    summary="Billsby changes the custom field {title} everywhere it is used. Answers already given stay.",
    flags=_seen_by_customers,
)
UPDATE_RESPONSE = UpdateFields(
    operation="billsby_update_custom_field_response",
    kind="custom_field_response",
    show=_show_answer,
    asked=_asked_answer,
    summary="Billsby changes what {party} answered to {title}. The old answer is gone.",
)
