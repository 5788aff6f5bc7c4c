#!/usr/bin/env python3
"""Countersign's commands. `python3 manage.py demo` is the one to begin with."""

import os
import sys


def main() -> None:
    from console import bootstrap

    bootstrap.enter(sys.argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
