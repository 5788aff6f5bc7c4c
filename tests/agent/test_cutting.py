import json
from decimal import Decimal

from agent.tools.cutting import BOUND, cut, plain


def test_a_short_answer_is_left_whole():
    assert cut({"rows": [1, 2]}) == ({"rows": [1, 2]}, False)


def test_a_long_list_loses_its_tail_and_says_so():
    rows = [{"number": f"{number}", "note": "x" * 50} for number in range(2000)]
    data, was_cut = cut({"rows": rows})
    assert was_cut
    assert len(json.dumps(data)) <= BOUND + 2000
    assert data["rows"][0]["number"] == "0"
    assert len(rows) == 2000


def test_one_endless_text_is_shortened():
    data, was_cut = cut({"memo": "x" * 100_000, "number": "7"})
    assert was_cut
    assert data["number"] == "7"


def test_decimals_keep_their_digits():
    assert plain({"a": Decimal("12.50"), "b": Decimal("3")}) == {"a": "12.50", "b": 3}
