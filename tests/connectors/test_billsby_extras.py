"""Add-ons and allowances: read wherever Billsby keeps them."""

import pytest

from connectors.billsby import mapping
from connectors.errors import NotFoundError
from connectors.sandbox.client import SandboxControl
from tests.connectors.billsby_account import BillsbyAccount

READS = [
    ("billsby_list_addons", {}),
    ("billsby_get_addon", {"addonId": 5}),
    ("billsby_list_allowances", {}),
    ("billsby_get_allowance", {"allowanceId": 8}),
]


@pytest.mark.parametrize("is_core", [False, True], ids=["billing", "core"])
@pytest.mark.parametrize(("name", "given"), READS)
def test_they_are_found_under_either_base(desk, sandbox, name, given, is_core) -> None:
    expected = desk.read(name, given)
    sandbox.settings(extras_under_core=is_core)
    assert desk.read(name, given) == expected


def test_the_two_bases_are_told_apart(billsby: BillsbyAccount, sandbox: SandboxControl) -> None:
    sandbox.settings(extras_under_core=True)
    codes = [billsby.get("/halden/addons/5", base=base).status_code for base in ("billing", "core")]
    assert codes == [404, 200]


def test_one_that_is_under_neither_is_not_found_in_the_words_of_the_first(desk) -> None:
    with pytest.raises(NotFoundError, match="Add-on not found"):
        desk.read("billsby_get_addon", {"addonId": 999})


def test_a_listed_one_is_called_by_its_name_and_a_detailed_one_by_what_customers_read(desk) -> None:
    (row,), detail = (desk.read(*READS[2]), desk.read(*READS[3]))
    assert mapping.allowance(row).fields == {
        "name": "API credits",
        "description": "API calls per month",
        "is_offered": True,
    }
    assert mapping.allowance(detail).fields["counter_id"] == "api-calls"
    (addon,) = desk.read(*READS[0])
    assert mapping.add_on(addon).fields["name"] == "priority-support"
    assert mapping.add_on(desk.read(*READS[1])).fields["name"] == "Priority support"
