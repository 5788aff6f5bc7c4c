"""What is sent and never shown."""

import json

import pytest

from connectors.catalogue import catalogue, load, secret_names
from connectors.hiding import mask, without, without_figures, without_named

TOKEN = "tok_9fQ2mZ7x_ok"
NAMES = ["paymentCardToken"]


def test_a_secret_is_dots_and_its_last_four_wherever_it_stands() -> None:
    value = {"body": f'{{"token":"{TOKEN}"}}', "list": [TOKEN, 4]}
    assert without([TOKEN], value) == {"body": '{"token":"••••x_ok"}', "list": ["••••x_ok", 4]}


@pytest.mark.parametrize(
    "arguments",
    [
        {"paymentCardToken": TOKEN},
        {"paymentCardtoken": TOKEN, "reason": f"Card {TOKEN} came by phone."},
        {"steps": [{"operation": "x", "arguments": {"cardDetails": {"PaymentCardToken": TOKEN}}}]},
    ],
)
def test_a_models_arguments_are_kept_without_their_secrets(arguments: dict) -> None:
    kept = without_named(NAMES, json.dumps(arguments))
    assert TOKEN not in kept
    assert "••••x_ok" in json.dumps(json.loads(kept), ensure_ascii=False)


@pytest.mark.parametrize("text", [f'{{"paymentCardToken": "{TOKEN}', f"paymentCardToken={TOKEN}"])
def test_what_is_not_json_hides_all_after_the_name(text: str) -> None:
    assert TOKEN not in without_named(NAMES, text)


@pytest.mark.parametrize("text", ['{"a": "b",  "c": 1.50}', "not json", ""])
def test_what_names_no_secret_is_kept_as_it_is(text: str) -> None:
    assert without_named(NAMES, text) == text


def test_card_tokens_are_secret_wherever_they_are_taken() -> None:
    takers = [
        it for it in catalogue("billsby").operations.values() if "paymentCardToken" in str(it.input_schema)
    ]
    assert {it.secrets for it in takers} == {("paymentCardToken",)}
    assert "paymentCardToken" in secret_names()


def test_a_secret_must_be_an_argument(tmp_path) -> None:
    block = "{effects: [write], card: x, undo: x, judge: x, record: null, secrets: [pin]}"
    entry = f"{{operationId: acme_do, summary: Do it., x-countersign: {block}}}"
    (tmp_path / "things.yaml").write_text(f"paths: {{/things: {{post: {entry}}}}}")
    assert [it.sentence for it in load("acme", tmp_path).problems] == ["its secret pin is not an argument"]


@pytest.mark.parametrize("sent", ["4400 1122", "4400%201122", '4400 "1122', "4400%20%5C%221122"])
def test_a_secret_is_found_as_it_is_spelled_where_it_is_sent(sent: str) -> None:
    assert "4400" not in without(["4400 1122", '4400 "1122'], f"accountNumber={sent}&type=CHECKING")


@pytest.mark.parametrize(
    ("answer", "masked"),
    [
        ({"account": {"number": "123456789"}}, {"account": {"number": "••••6789"}}),
        ({"number": "123456789"}, {"number": "123456789"}),
        (
            {"results": [{"account": {"number": "******6789"}}, {"account": None}, {}]},
            {"results": [{"account": {"number": "••••6789"}}, {"account": None}, {}]},
        ),
        (
            {"bulk": [{"response_data": {"account": [{"number": 123456789}]}}]},
            {"bulk": [{"response_data": {"account": [{"number": "••••6789"}]}}]},
        ),
        ({"account": {"number": {"iban": "DE123456"}}}, {"account": {"number": {"iban": "••••3456"}}}),
    ],
)
def test_what_stands_under_a_masked_path_is_dots_and_its_last_four(answer: dict, masked: dict) -> None:
    mask(["account.number"], answer)
    assert answer == masked


def test_a_text_that_nobody_can_read_has_no_long_number() -> None:
    text = '{"id": "vba01X", "iban": "DE89 3704 0044", "taxId": "12-3456789'
    assert without_figures(text) == '{"id": "vba01X", "iban": "DE••••0044", "taxId": "••••6789'


@pytest.mark.parametrize("path", ["", "account.", "account..number"])
def test_a_masked_path_is_names_parted_by_dots(tmp_path, path: str) -> None:
    entry = (
        f"{{operationId: acme_get, summary: Get it., x-countersign: {{effects: [read], masked: ['{path}']}}}}"
    )
    (tmp_path / "things.yaml").write_text(f"paths: {{/things: {{get: {entry}}}}}")
    assert [it.sentence for it in load("acme", tmp_path).problems] == [
        "its masked paths must be names parted by dots"
    ]
