"""A value that cannot work stops the start with a sentence, instead of a proposal that never moves."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("LEASE_S", "3", "LEASE_S must be longer than VENDOR_TIMEOUT_S"),
        ("CLEAN_PROBES_FOR_ABSENT", "0", "CLEAN_PROBES_FOR_ABSENT must be 1 or more"),
        ("VAULT_KEY", "c2hvcnQ=", "must be base64 of 32 bytes"),
        ("VAULT_KEY", "no base64", "must be base64 of 32 bytes"),
    ],
)
def test_a_value_that_cannot_work_stops_the_start(name: str, value: str, sentence: str) -> None:
    command = [sys.executable, "-c", "import console.settings"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, name: value}, capture_output=True, text=True)
    assert done.returncode == 1
    assert sentence in done.stderr.splitlines()[-1]
