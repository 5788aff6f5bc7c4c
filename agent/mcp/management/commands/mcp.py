import asyncio
import os
import sys
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from agent.mcp.stdio import serve

DEMO = "http://127.0.0.1:8000"


class Command(BaseCommand):
    help = "Serve one local MCP client over standard input and output, with the rights of an access token."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--stdio", action="store_true", required=True, help="the one way there is")
        parser.add_argument(
            "--token",
            default=os.environ.get("COUNTERSIGN_TOKEN", ""),
            help="the access token; better in COUNTERSIGN_TOKEN, which nobody else on this machine sees",
        )
        parser.add_argument("--code", default=os.environ.get("COUNTERSIGN_CODE", ""), help="its second code")
        parser.add_argument(
            "--site",
            default=next(iter(settings.CSRF_TRUSTED_ORIGINS), DEMO),
            help="where people open the console, for the links in answers",
        )

    def handle(self, *, token: str, code: str, site: str, **_: object) -> None:
        if not token:
            raise CommandError("Give an access token: --token T, or COUNTERSIGN_TOKEN.")
        wire, sys.stdout = sys.stdout, sys.stderr  # whatever else is printed is no message

        def write(line: str) -> None:
            wire.write(f"{line}\n")
            wire.flush()

        asyncio.run(serve(sys.stdin.buffer, write, site=site.rstrip("/"), secret=token, second=code))
