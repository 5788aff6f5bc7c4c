"""The catalogues that ship, and what the loader leaves out."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from connectors import registry
from connectors.catalogue import Operation, catalogue, find_operation, load
from connectors.registry import connector

BILLSBY = catalogue("billsby")
every_operation = pytest.mark.parametrize("operation", BILLSBY.operations.values(), ids=lambda it: it.name)

GOOD = {
    "operationId": "acme_read_thing",
    "summary": "Read one thing.",
    "parameters": [
        {
            "name": "thing",
            "in": "path",
            "required": True,
            "schema": {"type": "string", "description": "Its id."},
        }
    ],
    "x-countersign": {"effects": ["read"]},
}


def test_billsby_has_no_problems() -> None:
    assert BILLSBY.problems == ()


def test_all_that_billsby_offers_is_there() -> None:
    assert len(BILLSBY.operations) == 58
    assert len(BILLSBY.aliases) == 57


@every_operation
def test_an_operation_is_complete(operation: Operation) -> None:
    Draft202012Validator.check_schema(operation.input_schema)
    assert operation.input_schema["additionalProperties"] is False
    assert not set(operation.injected) & set(operation.input_schema["properties"])
    assert 1 <= len(re.findall(r"[.!?](?=\s|$)", operation.description)) <= 2
    assert operation.tags


@every_operation
def test_an_alias_finds_its_operation(operation: Operation) -> None:
    for name in (operation.name, *operation.aliases):
        assert find_operation(name) is operation


@pytest.mark.parametrize(
    "operation", [it for it in BILLSBY.operations.values() if not it.is_read], ids=lambda it: it.name
)
def test_a_write_has_a_judge_a_card_and_an_undo(operation: Operation) -> None:
    assert operation.judge in connector("billsby").judges
    assert operation.card
    assert operation.undo


def test_an_unknown_name_is_no_operation() -> None:
    with pytest.raises(KeyError):
        find_operation("billsby_delete_everything")
    assert "billsby_delete_everything" not in BILLSBY


def problems_of(folder: Path, **changes) -> list[str]:
    """What the loader says about one operation, changed from a good one."""
    document = {"paths": {"/things/{thing}": {"get": GOOD | changes}}}
    (folder / "things.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    loaded = load("acme", folder)
    assert bool(loaded.operations) is not bool(loaded.problems)
    return [problem.sentence for problem in loaded.problems]


def test_a_good_operation_is_loaded(tmp_path: Path) -> None:
    assert problems_of(tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"summary": ""}, "it has no description"),
        ({"summary": "One. Two. Three."}, "its description must be one or two sentences"),
        ({"operationId": "read_thing"}, "its name must start with acme_"),
        ({"x-countersign": {}}, "its effects must be some of irreversible, money, notify, read, write"),
        ({"x-countersign": {"effects": ["read", "money"]}}, "read cannot stand beside another effect"),
        ({"x-countersign": {"effects": ["money"], "record": None}}, "a write needs card"),
        ({"parameters": []}, "nothing fills {thing} in its path"),
        ({"x-countersign": {"effect": ["read"]}}, "cannot be compiled: x-countersign does not know effect"),
    ],
)
def test_an_unfit_operation_is_left_out_and_told(tmp_path: Path, changes: dict, expected: str) -> None:
    assert problems_of(tmp_path, **changes)[0] == expected


def test_an_operation_that_is_off_is_kept_apart(tmp_path: Path) -> None:
    """It needs no more than its name, its effects, and why."""
    document = {"paths": {"/things/{thing}": {"get": GOOD | {"x-countersign": {"effects": ["money"]}}}}}
    text = yaml.safe_dump(document, default_flow_style=False, sort_keys=False)
    (tmp_path / "things.yaml").write_text(f"{text}        off: Partners alone may call it.\n")

    loaded = load("acme", tmp_path)

    assert loaded.problems == ()
    assert "acme_read_thing" not in loaded
    assert loaded.off["acme_read_thing"].off == "Partners alone may call it."


def test_why_it_is_off_is_one_sentence(tmp_path: Path) -> None:
    block = {"effects": ["read"], "off": "Secret"}
    assert problems_of(tmp_path, **{"x-countersign": block}) == ["why it is off must be one sentence"]


def test_a_judge_that_is_missing_or_idle_is_a_problem() -> None:
    bill = connector("bill")
    given = {"create_something": bill.judges["create_vendor"]}
    told = {problem.sentence for problem in registry.problems_of(replace(bill, judges=given))}

    assert "there is no judge create_vendor" in told
    assert "no operation asks for this judge" in told


def test_an_argument_needs_a_description(tmp_path: Path) -> None:
    bare = [{**GOOD["parameters"][0], "schema": {"type": "string"}}]
    assert problems_of(tmp_path, parameters=bare) == ["its argument thing has no description"]


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    aliased = GOOD | {"x-countersign": {"effects": ["read"], "aliases": ["read_it"]}}
    again = aliased | {"operationId": "acme_read_it_too"}
    paths = {"/things/{thing}": {"get": aliased}, "/other/{thing}": {"get": again}}
    (tmp_path / "things.yaml").write_text(yaml.safe_dump({"paths": paths}, sort_keys=False))
    loaded = load("acme", tmp_path)
    assert list(loaded.operations) == ["acme_read_thing"]
    assert [problem.sentence for problem in loaded.problems] == ["its name or an alias is taken"]
