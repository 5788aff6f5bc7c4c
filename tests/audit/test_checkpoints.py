import json
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from console.audit import checkpoints
from console.audit.models import Checkpoint, Entry, Head
from console.audit.verification import COPY_UNREAD, KEY_WITHIN_REACH, NO_KEY, verify
from tests.audit.entries import guards_down, rewrite, sql, write_entries, write_entry, write_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(settings, tmp_path: Path) -> Path:
    """A signing key within reach, and a copy of checkpoints outside the database."""
    path = tmp_path / "signing-key.pem"
    checkpoints.make_key(path)
    settings.AUDIT_SIGNING_KEY_FILE = str(path)
    settings.AUDIT_CHECKPOINT_COPY = str(tmp_path / "checkpoints.jsonl")
    return path


@pytest.fixture
def copy(settings, key: Path) -> Path:
    return Path(settings.AUDIT_CHECKPOINT_COPY)


def test_without_a_key_there_are_no_checkpoints_and_verifying_says_so() -> None:
    write_entry()

    assert checkpoints.make_if_due() is None
    assert verify().notes == (NO_KEY,)


def test_a_checkpoint_states_size_and_hash(key: Path) -> None:
    last = write_entries(3)[-1]

    made = checkpoints.make()

    assert (made.size, made.chain_hash) == (3, last.chain_hash)
    assert verify().problems == ()
    assert verify().notes == (KEY_WITHIN_REACH,)


def test_one_is_made_every_five_minutes_also_when_nothing_happened(key: Path) -> None:
    now = timezone.now()

    made = [checkpoints.make_if_due(now + timedelta(minutes=minutes)) for minutes in (0, 4, 5, 9, 10)]

    assert [one is not None for one in made] == [True, False, True, False, True]
    assert verify().is_whole


def test_one_is_made_after_500_entries(key: Path) -> None:
    checkpoints.make()
    write_many(500)

    assert checkpoints.make_if_due().size == 500


def test_the_key_file_is_readable_by_its_owner_alone_and_never_overwritten(key: Path) -> None:
    assert key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        checkpoints.make_key(key)


def test_a_tail_deleted_together_with_its_head_is_found(key: Path) -> None:
    write_entries(10)
    checkpoints.make()
    seventh = Entry.objects.get(seq=7)
    with guards_down():
        Entry.objects.filter(seq__gt=7).delete()
        Head.objects.update(seq=7, chain_hash=seventh.chain_hash)

    assert (
        verify().problems[0]
        == "The end is missing: the log stops at entry 7, a checkpoint stated 10 entries."
    )


def test_a_log_rebuilt_from_an_early_entry_on_is_found(key: Path) -> None:
    write_entries(5)
    checkpoints.make()
    write_entries(5)
    with guards_down():
        rewrite(2, summary="Read nothing")

    assert verify().problems == ("The log was rewritten: entry 5 differs from what a checkpoint stated.",)


def test_a_backup_put_back_is_found_by_the_copy_outside(key: Path, copy: Path) -> None:
    write_entries(5)
    checkpoints.make()
    write_entries(5)
    checkpoints.make()
    fifth = Entry.objects.get(seq=5)
    with guards_down():
        Entry.objects.filter(seq__gt=5).delete()
        Head.objects.update(seq=5, chain_hash=fifth.chain_hash)
        Checkpoint.objects.filter(size__gt=5).delete()

    assert "a checkpoint stated 10 entries" in verify().problems[0]
    assert "a checkpoint stated 10 entries" in verify(copy=copy).problems[0]


def test_a_copy_that_cannot_be_read_here_is_noted(key: Path, copy: Path) -> None:
    write_entry()
    checkpoints.make()
    copy.unlink()

    assert verify().notes == (KEY_WITHIN_REACH, COPY_UNREAD)
    assert verify().is_whole


def test_a_damaged_copy_is_found(key: Path, copy: Path) -> None:
    write_entry()
    checkpoints.make()
    copy.write_text("{}\n" + copy.read_text())

    assert "line 1 of checkpoints.jsonl is not a checkpoint" in verify().problems[0]


@pytest.mark.parametrize("left", [0, 1, 2, 2.5, 2.999])
def test_the_copy_is_completed_after_a_kill_or_a_full_disk(key: Path, copy: Path, left: float) -> None:
    for _ in range(3):
        write_entry()
        checkpoints.make()
    lines = copy.read_bytes().splitlines(keepends=True)
    whole, part = lines[: int(left)], lines[int(left)]
    copy.write_bytes(b"".join(whole) + part[: int(left % 1 * len(part))])
    assert verify().is_whole

    checkpoints.make()

    assert list(checkpoints.copied(copy)) == list(checkpoints.stored())
    assert verify().is_whole


def test_a_copy_of_what_the_database_lost_is_continued(key: Path, copy: Path) -> None:
    for _ in range(3):
        write_entry()
        checkpoints.make()
    with guards_down():
        Checkpoint.objects.filter(size__gt=1).delete()

    checkpoints.make()

    assert [one.size for one in checkpoints.copied(copy)] == [1, 2, 3, 3]
    assert "does not follow the one before it" in verify().problems[0]


def test_a_forged_checkpoint_is_found(key: Path, tmp_path: Path, settings) -> None:
    write_entries(5)
    other = tmp_path / "other.pem"
    checkpoints.make_key(other)
    settings.AUDIT_SIGNING_KEY_FILE = str(other)
    checkpoints.make()
    settings.AUDIT_SIGNING_KEY_FILE = str(key)

    assert "is not signed by the key we trust" in verify().problems[0]


@pytest.mark.parametrize(
    "change",
    ["size = 4", "origin = 'elsewhere'", "time = 'x'", "key_id = 'x'", "public_key = 'x'", "signature = 'x'"],
)
def test_a_changed_checkpoint_is_found(key: Path, change: str) -> None:
    write_entries(5)
    checkpoints.make()
    with guards_down():
        sql(f"UPDATE audit_checkpoint SET {change}")

    assert any("is not signed by the key we trust" in problem for problem in verify().problems)


def test_a_removed_checkpoint_is_found_by_the_next(key: Path) -> None:
    for _ in range(3):
        write_entry()
        checkpoints.make()
    with guards_down():
        Checkpoint.objects.filter(size=2).delete()

    assert "does not follow the one before it" in verify().problems[0]


def test_an_old_checkpoint_played_again_is_refused_or_found(key: Path, copy: Path) -> None:
    for _ in range(2):
        write_entry()
        checkpoints.make()
    first, second = checkpoints.copied(copy)
    copy.write_text("".join(json.dumps(asdict(one)) + "\n" for one in (first, second, first)))

    assert any("states fewer entries" in problem for problem in verify(copy=copy).problems)


def test_a_statement_of_another_size_does_not_carry_the_signature(key: Path) -> None:
    write_entry()
    checkpoints.make()
    said = next(checkpoints.stored())

    assert said.is_signed_by(checkpoints.trusted_key())
    assert not replace(said, size=2).is_signed_by(checkpoints.trusted_key())


def test_with_the_public_key_alone_checkpoints_are_checked_but_not_made(key: Path, settings) -> None:
    write_entry()
    checkpoints.make()
    settings.AUDIT_SIGNING_KEY_FILE, settings.AUDIT_PUBLIC_KEY_FILE = "", str(key.with_suffix(".pub"))

    assert checkpoints.make() is None
    assert verify().is_whole
    assert verify().notes == ()
