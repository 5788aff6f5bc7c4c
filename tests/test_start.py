"""manage.py finds its own environment, whichever one is active where it is called."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from console import bootstrap

MANAGE = """
import sys
from console import bootstrap
bootstrap.enter(sys.argv)
print(sys.prefix)
"""


@pytest.fixture
def clone(tmp_path):
    """A clone that needs no packages, so that making its environment reaches for no network."""
    root = tmp_path / "clone"
    (root / "console").mkdir(parents=True)
    (root / "console" / "__init__.py").touch()
    shutil.copy(bootstrap.__file__, root / "console")
    (root / "manage.py").write_text(MANAGE)
    for lock in ("requirements.txt", "requirements-test.txt"):
        (root / lock).write_text("# nothing\n")
    return root


def venv(folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return folder / "bin" / "python"


def manage(clone: Path, python, **environ: str) -> str:
    kept = {name: value for name, value in os.environ.items() if name != "COUNTERSIGN_ENV"}
    command = [python, str(clone / "manage.py"), "anything"]
    done = subprocess.run(command, env=kept | environ, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_another_active_environment_is_left_alone(clone, tmp_path):
    other = venv(tmp_path / "other")
    assert manage(clone, other) == str(clone / ".venv")
    assert not list((tmp_path / "other").rglob("countersign-stamp"))


def test_an_empty_environment_of_ours_is_filled(clone):
    python = venv(clone / ".venv")
    assert manage(clone, python) == str(clone / ".venv")
    assert (clone / ".venv" / "countersign-stamp").exists()


def test_a_ready_environment_is_taken_as_it_is(clone):
    assert manage(clone, sys.executable, COUNTERSIGN_ENV="ready") == sys.prefix
    assert not (clone / ".venv").exists()


def test_a_broken_environment_is_made_again(clone):
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    assert manage(clone, sys.executable) == str(clone / ".venv")


def test_a_secret_is_there_whole_or_not_at_all(tmp_path):
    path = tmp_path / "secret"
    with pytest.raises(TypeError):
        bootstrap.write_secret(path, None)
    assert not path.exists()
    bootstrap.write_secret(path, "text")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("text", 0o600)


def test_a_command_without_its_settings_says_what_is_missing():
    half = {name: value for name, value in os.environ.items() if name != "VAULT_KEY"}
    command = [sys.executable, str(bootstrap.ROOT / "manage.py"), "tools"]
    environ = half | {"COUNTERSIGN_ENV": "ready", "SECRET_KEY": "half a set-up"}
    done = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("Set the VAULT_KEY environment variable. `python3 manage.py demo` sets")
