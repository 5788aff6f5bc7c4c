from datetime import UTC, datetime
from decimal import Decimal

import pytest
import rfc8785
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.judging import Money
from console.audit import canonical, offline_verify
from console.audit.canonical import NotRecordableError
from console.audit.models import Entry, Head
from console.audit.verification import verify
from tests.audit.entries import make_person, write_entries, write_entry

pytestmark = pytest.mark.django_db

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
WHOLE = st.integers(-canonical.LARGEST_INTEGER, canonical.LARGEST_INTEGER)
PAYLOADS = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.django_db(transaction=False)
def test_entries_are_numbered_without_holes_and_linked() -> None:
    first, second = write_entries(2)

    assert (first.seq, second.seq) == (1, 2)
    assert first.prev_hash == canonical.GENESIS
    assert second.prev_hash == first.chain_hash
    assert Head.objects.get().chain_hash == second.chain_hash


def test_a_rolled_back_change_leaves_no_entry_and_no_hole() -> None:
    with transaction.atomic():
        write_entry()
        transaction.set_rollback(True)

    assert write_entry().seq == 1


def test_an_agent_acts_for_a_person() -> None:
    priya = make_person()

    entry = write_entry(actor=priya, actor_kind="agent")

    assert (entry.actor_id, entry.on_behalf_of_id) == ("", str(priya.pk))
    assert entry.who == "Agent for Priya Raman"


@settings(max_examples=200)
@given(value=PAYLOADS)
def test_canonical_text_is_that_of_rfc_8785(value) -> None:
    assert canonical.canonical_bytes(value) == rfc8785.dumps(value)


@given(
    names=st.lists(
        st.sampled_from("aZ~\x7f\u0080\u2028\ud7ff\ue000\ufb01\uffff\U00010000\U0010ffff"), unique=True
    )
)
def test_names_are_sorted_by_utf_16_units(names) -> None:
    value = dict.fromkeys(names, 1)

    assert canonical.canonical_bytes(value) == rfc8785.dumps(value) == offline_verify.canonical(value)


def test_deleting_an_account_changes_no_hash() -> None:
    priya = make_person()
    write_entry(actor=priya, actor_kind="human")

    priya.delete()

    assert Entry.objects.get().actor_label == "Priya Raman <priya@halden.example>"
    assert verify().is_whole


@pytest.mark.parametrize(
    ("money", "written"),
    [
        (Money(124000, "USD", "out"), ("1240.00", "USD", "out")),
        ((48000, "JPY"), ("48000", "JPY", "")),
        ((-5, "KWD"), ("-0.005", "KWD", "")),
        ((124000, "XXL"), ("124000", "XXL (minor units)", "")),
        (Money(None, None, "none"), ("", "", "none")),
    ],
)
def test_money_is_decimal_text_with_the_digits_of_its_currency(money, written) -> None:
    entry = write_entry(money=money)

    assert (entry.money_amount, entry.money_currency, entry.money_direction) == written


def test_values_get_one_form_of_text() -> None:
    at = datetime(2026, 11, 20, 10, 41, 6, tzinfo=UTC)

    entry = write_entry(after={"at": at, "price": Decimal("1E+3"), "on": at.date()}, occurred_at=at)

    assert entry.after == {"at": "2026-11-20T10:41:06.000000Z", "price": "1000", "on": "2026-11-20"}
    assert entry.occurred_at == at


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        2**53,
        -(2**53),
        "half \ud800",
        {"\udfff": 1},
        {1: "x"},
        Decimal("NaN"),
        datetime(2026, 1, 1),  # noqa: DTZ001
        object(),
    ],
)
def test_what_has_no_exact_form_is_refused_and_nothing_is_written(value) -> None:
    with pytest.raises(NotRecordableError):
        write_entry(after={"value": value})

    assert not Entry.objects.exists()


@settings(max_examples=60, deadline=None)
@given(payload=PAYLOADS, summary=TEXT)
def test_any_payload_comes_back_and_verifies(payload, summary) -> None:
    with transaction.atomic():
        entry = write_entry(after=payload, summary=summary)
        stored = Entry.objects.get(pk=entry.pk)

        assert stored.after == payload
        assert stored.summary == summary.replace("\x00", canonical.NUL_IN_COLUMNS)
        assert canonical.leaf_hash(canonical.json_text(stored.event()).encode()) == entry.leaf_hash
        transaction.set_rollback(True)
