#!/usr/bin/env python3
"""Countersign's commands. `python3 manage.py demo` is the one to begin with."""

import os
import sys


def main() -> None:
    from console import bootstrap

    bootstrap.enter(sys.argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        bootstrap.stop(
            f"{error}. `python3 manage.py demo` sets everything up here; README.md tells what a server needs."
        )


if __name__ == "__main__":
    main()
