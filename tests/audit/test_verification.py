"""Tampering by somebody who can take the guards off: always found, and the first bad entry named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.audit.chain import Link, walk
from console.audit.erasing import erase_personal
from console.audit.models import Entry, Head
from console.audit.verification import NO_KEY, verify, walk_log
from tests.audit.entries import (
    guards_down,
    make_person,
    rewrite,
    sql,
    write_entries,
    write_entry,
    write_many,
)

pytestmark = pytest.mark.django_db


def test_a_log_that_nobody_touched_is_whole() -> None:
    last = write_entries(10)[-1]

    report = verify()

    assert report.sentence == f"Chain whole: 10 entries, head {last.chain_hash}."
    assert report.notes == (NO_KEY,)


def test_an_empty_log_is_whole() -> None:
    assert verify().is_whole


@pytest.mark.parametrize(
    ("statement", "seq", "words"),
    [
        ("UPDATE audit_entry SET summary = 'Read invoice X' WHERE seq = 4", 4, "Entry 4 was changed"),
        ("UPDATE audit_entry SET before_json = ' null' WHERE seq = 4", 4, "Entry 4 was changed"),
        ('UPDATE audit_entry SET after_json = \'{"a":1,"a":2}\' WHERE seq = 4', 4, "Entry 4 was changed"),
        ("UPDATE audit_entry SET leaf_hash = '' WHERE seq = 4", 4, "Entry 4 was changed"),
        ("UPDATE audit_entry SET before_json = '', leaf_hash = '' WHERE seq = 4", 4, "Entry 4 was changed"),
        ("UPDATE audit_entry SET chain_hash = 'x' WHERE seq = 4", 4, "Entry 4 was changed"),
        ("UPDATE audit_entry SET prev_hash = 'x' WHERE seq = 4", 4, "does not follow entry 3"),
        ("UPDATE audit_entry SET occurred_at = 'never' WHERE seq = 4", 4, "Entry 4 was changed"),
        ("UPDATE audit_entry SET schema_version = 2 WHERE seq = 4", 4, "Entry 4 was changed"),
        ("UPDATE audit_entry SET seq = 40 WHERE seq = 4", 4, "Entry 4 is missing"),
        ("UPDATE audit_entry SET seq = -4 WHERE seq = 4", -4, "the order was changed"),
        ("DELETE FROM audit_entry WHERE seq = 4", 4, "Entry 4 is missing"),
        ("DELETE FROM audit_entry WHERE seq IN (4, 5, 6)", 4, "Entries 4 to 6 are missing"),
        ("DELETE FROM audit_entry WHERE seq = 1", 1, "Entry 1 is missing"),
        ("DELETE FROM audit_entry WHERE seq > 8", 9, "stops at entry 8, its head says 10"),
        ("DELETE FROM audit_entry", 1, "stops at entry 0, its head says 10"),
        ("DELETE FROM audit_head", 1, "The head of the log is missing"),
        ("UPDATE audit_head SET seq = 8", 8, "not the one that the head of the log names"),
        ("UPDATE audit_head SET chain_hash = 'x'", 10, "not the one that the head of the log names"),
    ],
)
def test_tampering_is_found_and_the_first_bad_entry_named(statement: str, seq: int, words: str) -> None:
    write_entries(10)
    with guards_down():
        sql(statement)

    report = verify()

    assert report.walk.broken.seq == seq
    assert words in report.problems[0]


def test_an_entry_rewritten_with_fitting_hashes_no_longer_fits_the_next() -> None:
    write_entries(10)
    with guards_down():
        rewrite(4, only=True, summary="Read nothing")

    assert verify().problems[0] == "Entry 5 does not follow entry 4: one of them was replaced."


def test_two_entries_that_changed_places_are_found() -> None:
    write_entries(10)
    with guards_down():
        sql(
            *(
                f"UPDATE audit_entry SET seq = {new} WHERE seq = {old}"
                for old, new in [(4, 40), (7, 4), (40, 7)]
            )
        )

    assert verify().walk.broken.seq == 4


def test_entries_beyond_the_head_are_found() -> None:
    write_entries(10)
    eighth = Entry.objects.get(seq=8)
    with guards_down():
        Head.objects.update(seq=8, chain_hash=eighth.chain_hash)

    assert verify().walk.broken.seq == 9


def test_the_quick_look_sees_the_newest_entries_alone() -> None:
    write_many(30)
    with guards_down():
        sql("UPDATE audit_entry SET summary = 'x' WHERE seq = 3")
    assert walk_log(recent=10).broken is None

    with guards_down():
        sql("UPDATE audit_entry SET summary = 'x' WHERE seq = 25")

    assert walk_log(recent=10).broken.seq == 25


@pytest.mark.sqlite  # PostgreSQL refuses it itself
def test_text_that_is_no_text_is_found() -> None:
    write_entries(10)
    with guards_down():
        sql("UPDATE audit_entry SET summary = CAST(X'52ff61' AS TEXT) WHERE seq = 4")
        sql("UPDATE audit_entry SET summary = X'52656164' WHERE seq = 5")

    assert verify().walk.broken.seq == 4


def test_flipping_any_byte_is_found() -> None:
    entries = [
        write_entry(summary="Read", after={"a": "b"}, money=(5, "USD"), reason="because") for _ in range(3)
    ]
    head = Link(entries[-1].seq, entries[-1].chain_hash)
    columns = [field.attname for field in Entry._meta.concrete_fields]

    @settings(max_examples=300, deadline=None)
    @given(at=st.integers(0, 2), column=st.sampled_from(columns), place=st.integers(0), bit=st.integers(0, 6))
    def flip(at: int, column: str, place: int, bit: int) -> None:
        rows = [Entry(**{name: getattr(entry, name) for name in columns}) for entry in entries]
        value = getattr(rows[at], column)
        if isinstance(value, int):
            changed = value ^ (1 << bit)
        else:
            data = bytearray(value.encode() or b"\x00")
            data[place % len(data)] ^= 1 << bit
            changed = data.decode()
        setattr(rows[at], column, changed)

        found = walk(sorted(rows, key=lambda row: row.seq), head=head)

        assert found.broken is not None
        assert found.broken.seq <= at + 1

    flip()


def test_personal_data_can_be_erased_and_the_chain_stays_whole() -> None:
    entry = write_entry(personal={"user name": "bob", "phone": "555"})
    erase_personal(seq=entry.seq, actor=make_person(), reason="asked to")

    assert verify().is_whole


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM audit_personaldatum", "is gone; no entry says who erased it"),
        ("UPDATE audit_personaldatum SET value = 'eve'", "was changed"),
        ("UPDATE audit_personaldatum SET salt = 'no hex'", "was changed"),
        ("UPDATE audit_personaldatum SET name = 'mother'", "is gone; no entry says who erased it"),
        ("UPDATE audit_personaldatum SET entry_seq = 2", "is gone; no entry says who erased it"),
    ],
)
def test_tampering_with_personal_data_is_found(statement: str, words: str) -> None:
    write_entry(personal={"user name": "bob"})
    write_entry()
    with guards_down():
        sql(statement)

    report = verify()

    assert report.walk.broken is None
    assert words in report.problems[0]


def test_a_guard_taken_off_an_edit_and_the_guard_put_back_is_found() -> None:
    write_entries(5)
    with guards_down():
        sql("UPDATE audit_entry SET outcome = 'approved' WHERE seq = 2")

    report = verify()

    assert report.problems == ("Entry 2 was changed: its content does not match its own hash.",)


def test_verifying_asks_few_queries_for_many_entries(django_assert_max_num_queries) -> None:
    write_many(1200)

    with django_assert_max_num_queries(20):
        assert verify().walk.entries == 1200
