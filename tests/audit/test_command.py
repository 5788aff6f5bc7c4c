import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from console.audit import checkpoints, tasks
from console.audit.models import Checkpoint, Entry, PersonalDatum
from tests.audit.entries import guards_down, make_person, sql, write_entries, write_entry

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> str:
    said = io.StringIO()
    call_command("audit", *map(str, arguments), stdout=said)
    return said.getvalue()


def test_verify_says_that_the_chain_is_whole() -> None:
    last = write_entries(3)[-1]

    said = run("verify")

    assert f"Chain whole: 3 entries, head {last.chain_hash}." in said
    assert "Note: No signing key is configured" in said


def test_verify_names_the_first_bad_entry_and_fails() -> None:
    write_entries(5)
    with guards_down():
        sql("UPDATE audit_entry SET summary = 'x' WHERE seq = 3")
    said = io.StringIO()

    with pytest.raises(CommandError, match="whole up to entry 2") as failed:
        call_command("audit", "verify", stdout=said)

    assert failed.value.returncode == 1
    assert "Entry 3 was changed: its content does not match its own hash." in said.getvalue()


def test_verify_says_that_a_key_within_reach_proves_less(settings, tmp_path: Path) -> None:
    run("key", "--output", tmp_path / "key.pem")
    settings.AUDIT_SIGNING_KEY_FILE = str(tmp_path / "key.pem")
    checkpoints.make()

    assert "these checkpoints prove less" in run("verify")


def test_verify_takes_checkpoints_from_outside(settings, tmp_path: Path) -> None:
    run("key", "--output", tmp_path / "key.pem")
    settings.AUDIT_SIGNING_KEY_FILE = str(tmp_path / "key.pem")
    settings.AUDIT_CHECKPOINT_COPY = str(tmp_path / "copy.jsonl")
    write_entries(2)
    checkpoints.make()

    assert "Chain whole" in run(
        "verify", "--public-key", tmp_path / "key.pub", "--checkpoints", tmp_path / "copy.jsonl"
    )


@pytest.mark.parametrize("content", [b"no checkpoint", b"{}", b'{"size": 1}', b"\xff\n", None])
def test_verify_says_that_checkpoints_from_outside_cannot_be_read(
    content: bytes | None, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.jsonl"
    if content is not None:
        copy.write_bytes(content)

    with pytest.raises(CommandError, match=r"^The checkpoints cannot be read: .*copy\.jsonl"):
        run("verify", "--checkpoints", copy)


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    run("key", "--output", tmp_path / "key.pem")

    with pytest.raises(CommandError, match="never overwritten"):
        run("key", "--output", tmp_path / "key.pem")


def test_erasing_says_who_and_why_and_leaves_the_chain_whole() -> None:
    entry = write_entry(personal={"user name": "bob"})
    make_person()

    run("erase", "--entry", entry.seq, "--by", "priya", "--reason", "asked to")

    assert not PersonalDatum.objects.exists()
    assert (Entry.objects.first().who, Entry.objects.first().reason) == ("Priya Raman", "asked to")
    assert "Chain whole: 2 entries" in run("verify")
    with pytest.raises(CommandError, match="no personal data to erase"):
        run("erase", "--entry", entry.seq, "--by", "priya", "--reason", "again")


def test_the_task_makes_a_checkpoint_when_one_is_due(settings, tmp_path: Path) -> None:
    run("key", "--output", tmp_path / "key.pem")
    settings.AUDIT_SIGNING_KEY_FILE = str(tmp_path / "key.pem")

    tasks.checkpoint()
    tasks.checkpoint()

    assert Checkpoint.objects.count() == 1


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_export_writes_a_file_and_is_logged(kind: str, tmp_path: Path) -> None:
    write_entries(3)
    output = tmp_path / f"log.{kind}"

    said = run("export", "--format", kind, "--from", "2020-01-01", "--to", "2099-12-31", "--output", output)

    assert "Wrote 3 entries (1 to 3)" in said
    assert "Read invoice 2" in output.read_text()
    assert list(tmp_path.iterdir()) == [output]
    assert Entry.objects.first().action == "audit.exported"
