"""Custom fields: what checkouts ask for, and what customers answered."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from connectors.sandbox.billsby.answering import Body, as_text, existing, refused, success
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

TYPES = range(6)
DROPDOWN = 5


def list_custom_fields(books: Books, call: Call) -> Response:
    return as_text(books.find("custom_field", newest_first=False))


def create_custom_field(books: Books, call: Call) -> Outcome:
    """The answer is a bare word: only the list tells the new field's number."""
    body = Body(books, call)
    field_type, label = body.whole("type"), body.text("label")
    description, options = body.text("description", default=""), body.text("options", default="")
    compulsory = body.truth("compulsory", default=False)
    body.check()
    if field_type not in TYPES:
        body.problem("type", "must be between 0 and 5")
    if field_type == DROPDOWN and not options.strip():
        body.problem("options", "is required for a dropdown")
    body.check()
    field_id = books.next_number("custom_field", first=3)
    field = {
        "customFieldId": field_id,
        "type": field_type,
        "label": label,
        "description": description,
        "options": options,
        "compulsory": compulsory,
    }
    books.put("custom_field", str(field_id), field)
    return Outcome(success(books), str(field_id))


def update_custom_field(books: Books, call: Call) -> Outcome:
    field = existing(books, "custom_field", call.parts["field_id"], name="Custom field")
    key = str(field["customFieldId"])
    body = Body(books, call, record=key)
    changed = {
        "label": body.text("label", default=field["label"]),
        "description": body.text("description", default=field["description"]),
        "options": body.text("options", default=field["options"]),
        "compulsory": body.truth("compulsory", default=field["compulsory"]),
    }
    body.check()
    books.put("custom_field", key, field | changed)
    return Outcome(success(books), key)


def list_responses(books: Books, call: Call) -> Response:
    customer, product = call.parameter("customerUniqueId"), call.parameter("productId")
    if not customer and not product:
        raise refused(books, "Name a customer or a product.", empty=True)
    if product and not product.isdecimal():
        raise refused(books, "productId must be a whole number.", empty=True)
    where = {"productId": int(product)} if product else None
    found = books.find("custom_field_response", owner=customer or None, where=where, newest_first=False)
    return JSONResponse([_answered(books, response) for response in found])


def update_response(books: Books, call: Call) -> Outcome:
    response = existing(books, "custom_field_response", call.parts["response_id"], name="Answer")
    key = str(response["customFieldResponseId"])
    body = Body(books, call, record=key)
    value = body.text("value", default=None)
    if value is None:
        body.problem("value", "is required")
    body.check()
    response |= {"value": value}
    books.put("custom_field_response", key, response)
    return Outcome(JSONResponse([_answered(books, response)]), key)


def asked_answers(books: Books, body: Body) -> dict[int, str]:
    """Custom field → answer, as a new subscription gives them; what is wrong is noted on the body."""
    asked: dict[int, str] = {}
    for item in body.listed("customFieldResponse") or []:
        given = {str(name).lower(): value for name, value in item.items()} if isinstance(item, dict) else {}
        field_id, value = given.get("customfieldid"), given.get("value")
        if type(field_id) is not int or books.get("custom_field", str(field_id)) is None:
            body.problem("customFieldResponse", "names a custom field that does not exist")
        elif not isinstance(value, str):
            body.problem("customFieldResponse", "has an answer that is no text")
        else:
            asked[field_id] = value
    return asked


def keep_answers(books: Books, *, customer: str, product_id: int, answers: dict[int, str]) -> None:
    """What a customer answered when subscribing to a product."""
    for field_id, value in answers.items():
        response_id = books.next_number("custom_field_response", first=88)
        response = {
            "customFieldResponseId": response_id,
            "customFieldId": field_id,
            "productId": product_id,
            "value": value,
        }
        books.put("custom_field_response", str(response_id), response, owner=customer)


def _answered(books: Books, response: dict[str, Any]) -> dict[str, Any]:
    return {
        "customFieldResponseId": response["customFieldResponseId"],
        "customField": books.get("custom_field", str(response["customFieldId"])),
        "value": response["value"],
    }
