"""Exports: what is in them, that they prove themselves offline, and that they need little memory."""

import csv
import gc
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import timezone

from console.audit import checkpoints, offline_verify
from console.audit.export import COLUMNS, EXPORTED, begin_export
from console.audit.models import Entry
from console.audit.queries import CHUNK, Choice
from tests.audit.entries import guards_down, make_person, rewrite, sql, write_entries, write_entry, write_many

pytestmark = pytest.mark.django_db
EVERYTHING = Choice()


@pytest.fixture
def key(settings, tmp_path: Path) -> Path:
    path = tmp_path / "signing-key.pem"
    checkpoints.make_key(path)
    settings.AUDIT_SIGNING_KEY_FILE = str(path)
    settings.AUDIT_CHECKPOINT_COPY = str(tmp_path / "checkpoints.jsonl")
    return path


@pytest.fixture
def exported(tmp_path: Path):
    """Writes an export of a choice, or given lines, to a file."""

    def export(choice: Choice = EVERYTHING, lines: list[str] | None = None) -> Path:
        path = tmp_path / "export.jsonl"
        text = (
            "".join(begin_export(choice, kind="jsonl", actor=None).pieces())
            if lines is None
            else "".join(lines)
        )
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return export


def check(path: Path, *options: object) -> subprocess.CompletedProcess:
    """Run the verifier as an auditor would: another Python, isolated, with nothing of ours on its path."""
    command = [sys.executable, "-I", offline_verify.__file__, str(path), *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def csv_rows(choice: Choice = EVERYTHING) -> list[dict[str, str]]:
    text = "".join(begin_export(choice, kind="csv", actor=None).pieces())
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


CHOICES = [
    EVERYTHING,
    Choice(who="Priya"),
    Choice(action="proposal."),
    Choice(text="P-2"),
    Choice(text="nothing has this"),
    Choice(outcome="confirmed"),
    Choice(first_day=timezone.localdate()),
    Choice(last_day=timezone.localdate().replace(year=2020)),
]


@pytest.mark.parametrize("choice", CHOICES)
def test_an_export_proves_itself_for_every_filter(choice: Choice, exported) -> None:
    priya = make_person()
    for number in range(12):
        actor = {"actor": priya, "actor_kind": "human"} if number % 3 == 0 else {}
        write_entry(
            action=("proposal.created", "attempt.sent", "invoice.read")[number % 3],
            proposal_id=f"P-{number % 4}",
            outcome=("", "confirmed")[number % 2],
            money=(-4210, "USD"),
            after={"é\u2028": ["\x00", "\U0001f4b6", '"\\'], "\U0001f4b6": -1, "\ufb01": True},
            **actor,
        )

    found = check(exported(choice))

    assert found.returncode == 0, found.stdout
    assert (
        f"{Entry.objects.filter(choice.condition()).exclude(action=EXPORTED).count()} in the file"
        in found.stdout
    )


def test_the_canonical_forms_inside_and_outside_are_the_same() -> None:
    write_entry(after={"é\u2028": ["\x00\x1f\x7f", "\U0001f4b6"], "\U0001f4b6": -1, "\ufb01": None, "": {}})
    event = Entry.objects.get().event()

    assert offline_verify.leaf_hash(event) == Entry.objects.get().leaf_hash


def test_an_export_is_itself_an_entry_with_its_filter_and_range() -> None:
    write_entries(3)

    begin_export(Choice(action="invoice."), kind="csv", actor=make_person())

    entry = Entry.objects.get(action=EXPORTED)
    assert entry.after["filter"] == {"action": "invoice.", "time_zone": "UTC"}
    assert (entry.after["first_seq"], entry.after["last_seq"], entry.after["rows"]) == (1, 3, 3)
    assert entry.who == "Priya Raman"


def test_entries_left_out_appear_as_hashes_only(exported) -> None:
    write_entry(action="a.first")
    write_entry(action="b.secret", summary="not for everybody")
    write_entry(action="a.last")

    lines = [json.loads(line) for line in exported(Choice(action="a.")).read_text().splitlines()]

    assert [next(iter(set(line) & {"event", "omitted", "manifest"})) for line in lines] == [
        *("event", "omitted", "event", "manifest")
    ]
    assert lines[1]["omitted"] == {"seq": 2, "leaf_hash": Entry.objects.get(seq=2).leaf_hash}


def test_the_range_ends_in_a_signed_checkpoint(key: Path, exported) -> None:
    write_entries(4)
    checkpoints.make()
    path = exported(Choice(text="invoice 2"))

    found = check(
        path, "--public-key", key.with_suffix(".pub"), "--checkpoints", key.with_name("checkpoints.jsonl")
    )

    assert found.returncode == 0, found.stdout
    assert "entries 2 to 4, 1 in the file and 2 as hashes only, 1 signed checkpoints" in found.stdout
    assert "1 compared outside" in found.stdout


def test_a_checkpoint_of_another_key_is_refused_offline(key: Path, exported, tmp_path: Path) -> None:
    write_entries(2)
    checkpoints.make()
    checkpoints.make_key(tmp_path / "other.pem")

    found = check(exported(), "--public-key", tmp_path / "other.pub")

    assert (found.returncode, "signed by another key" in found.stdout) == (1, True)


def test_a_forged_signature_is_refused_offline(key: Path, exported) -> None:
    write_entries(2)
    checkpoints.make()
    with guards_down():
        sql("UPDATE audit_checkpoint SET time = '2020-01-01T00:00:00.000000Z'")

    found = check(exported())

    assert (found.returncode, "has a wrong signature" in found.stdout) == (1, True)


def test_a_rewritten_log_is_found_offline_by_checkpoints_kept_outside(key: Path, exported) -> None:
    write_entries(4)
    checkpoints.make()
    with guards_down():
        sql("DELETE FROM audit_checkpoint")
        rewrite(2, summary="Read nothing")
    path = exported()

    assert check(path).returncode == 0
    found = check(path, "--checkpoints", key.with_name("checkpoints.jsonl"))
    assert "the log was rewritten: entry 4 differs" in found.stdout


def test_a_log_cut_at_its_end_is_found_offline_by_checkpoints_kept_outside(key: Path, exported) -> None:
    write_entries(9)
    checkpoints.make()
    fourth = Entry.objects.get(seq=4)
    with guards_down():
        sql(
            "DELETE FROM audit_checkpoint",
            "DELETE FROM audit_entry WHERE seq > 4",
            f"UPDATE audit_head SET seq = 4, chain_hash = '{fourth.chain_hash}'",
        )

    found = check(exported(), "--checkpoints", key.with_name("checkpoints.jsonl"))

    assert "the log was cut: it had 9 entries" in found.stdout


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (
            lambda lines: [lines[0], lines[1].replace("invoice 2", "invoice X"), *lines[2:]],
            "line 2: entry 2 was changed",
        ),
        (lambda lines: [lines[0], *lines[2:]], "line 2: entry 2 is missing"),
        (lambda lines: lines[1:], "the manifest says first_seq is 1, the file says 2"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "line 2: entry 3 is missing: after 2 comes 1"),
        (lambda lines: [*lines[:3], lines[-1]], "line 4: the manifest says last_seq is 5"),
        (lambda lines: lines[:-1], "its manifest is missing"),
        (lambda lines: [*lines[:-1], lines[-1][:-9]], "its last line is cut"),
        (lambda lines: [*lines, lines[0]], "something stands after the manifest"),
        (
            lambda lines: [lines[0].replace('"seq":1', '"seq":1.0'), *lines[1:]],
            "line 1: 1.0 is not a whole number",
        ),
        (lambda lines: [lines[0].replace("{", '{"event":1,', 1), *lines[1:]], "names a member twice"),
        (lambda lines: [lines[0].replace(":", ": ", 1), *lines[1:]], "not canonical JSON"),
        (lambda lines: ["[1]\n", *lines], "not canonical JSON"),
        (
            lambda lines: [*lines[:-1], lines[-1].replace('"rows":5', '"rows":6')],
            "the manifest says rows is 6",
        ),
        (lambda lines: [*lines[:-1], lines[-1].replace('"25.00"', '"24.00"')], "the manifest says money is"),
        (lambda lines: ['{"omitted":{"leaf_hash":"' + "0" * 64 + '","seq":1}}\n', *lines[1:]], "left out"),
        (lambda lines: ['{"event":1}\n', *lines], "no line of an audit export"),
    ],
)
def test_a_tampered_file_is_refused_and_the_line_named(tamper, words: str, exported) -> None:
    for number in range(1, 6):
        write_entry(summary=f"Read invoice {number}", money=(500, "USD"))
    lines = exported().read_text().splitlines(keepends=True)

    found = check(exported(lines=tamper(lines)))

    assert found.returncode == 1
    assert words in found.stdout


def test_a_changed_entry_is_exported_as_it_is_and_refused_offline(exported) -> None:
    write_entries(3)
    with guards_down():
        sql("UPDATE audit_entry SET after_json = 'no json' WHERE seq = 2")

    assert "entry 2 was changed" in check(exported()).stdout


def test_csv_tells_who_asked_who_approved_and_when_it_was_sent() -> None:
    dana = make_person("dana", full_name="Dana Whitfield")
    about = {"object_kind": "proposal", "object_id": "P-1", "proposal_id": "P-1", "money": (-4210, "USD")}
    asked = write_entry("proposal.created", actor=make_person(), actor_kind="agent", **about)
    approved = write_entry("proposal.approved", actor=dana, actor_kind="human", **about)
    sent = write_entry("attempt.sent", **about)
    write_entry("proposal.succeeded", outcome="Paid", **about)

    row = csv_rows()[-1]

    assert list(row) == list(COLUMNS)
    assert (row["Requested by"], row["Channel"]) == ("Priya Raman <priya@halden.example>", "chat")
    assert (row["Requested at"], row["Approved at"]) == (asked.occurred_at_text, approved.occurred_at_text)
    assert row["Approved by"] == "Dana Whitfield <dana@halden.example>"
    assert (row["Executed at"], row["Amount"], row["Currency"]) == (sent.occurred_at_text, "-42.10", "USD")


def test_csv_formulas_are_harmless_and_amounts_numeric() -> None:
    write_entry(reason="=HYPERLINK(1)", summary='-1+1|cmd" /c\r\nx', money=(-4210, "USD"))
    text = "".join(begin_export(Choice(), kind="csv", actor=None).pieces())

    (row,) = csv_rows(Choice(action="invoice."))

    assert ",-42.10," in text
    assert row["Reason"] == "'=HYPERLINK(1)"
    assert row["What happened"] == "'-1+1|cmd\" /c\r\nx"


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_long_export_holds_few_entries_at_a_time(kind: str) -> None:
    write_many(5_000)
    lines = most_alive = longest = 0

    for piece in begin_export(EVERYTHING, kind=kind, actor=None).pieces():
        lines += piece.count("\n")
        longest = max(longest, len(piece))
        most_alive = max(most_alive, sum(type(one) is Entry for one in gc.get_objects()))

    assert lines == 5_001
    assert most_alive <= 2 * CHUNK
    assert longest < 1_000_000
