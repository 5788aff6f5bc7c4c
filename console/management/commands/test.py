import subprocess
import sys

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Run every test that can run here, and say what was skipped and why. Takes pytest's arguments."
    requires_system_checks = ()

    def run_from_argv(self, argv: list[str]) -> None:
        # pytest's arguments are its own; nothing of ours is parsed.
        raise SystemExit(subprocess.call([sys.executable, "-m", "pytest", *argv[2:]], cwd=settings.ROOT))
