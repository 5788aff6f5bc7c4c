"""The judges of plain records, from a table of their kinds: one for each write that the catalogue has."""

from collections.abc import Mapping

from connectors.bill.judgements.kinds import Owner, RecordKind
from connectors.bill.judgements.several import CreateSeveral, ShelveSeveral, UpdateSeveral
from connectors.bill.judgements.single import (
    CreateRecord,
    DeleteRecord,
    RecordJudge,
    ShelveRecord,
    UpdateRecord,
)
from connectors.judging import Judge

__all__ = ["Owner", "RecordKind", "judges"]

JUDGE_OF: Mapping[str, type[RecordJudge]] = {
    "create": CreateRecord,
    "update": UpdateRecord,
    "replace": UpdateRecord,
    "archive": ShelveRecord,
    "restore": ShelveRecord,
    "delete": DeleteRecord,
    "create_bulk": CreateSeveral,
    "update_bulk": UpdateSeveral,
    "replace_bulk": UpdateSeveral,
    "archive_bulk": ShelveSeveral,
    "restore_bulk": ShelveSeveral,
}


def judges(*kinds: RecordKind, judge_of: Mapping[str, type[RecordJudge]] = JUDGE_OF) -> dict[str, Judge]:
    """By the name under which the catalogue's operations ask for them."""
    return {
        kind.name(verb).removeprefix("bill_"): judge(kind, verb)
        for kind in kinds
        for verb, judge in judge_of.items()
        if kind.has(verb)
    }
