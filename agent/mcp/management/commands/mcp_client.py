from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from agent.mcp.oauth.registering import NotRegisteredError, register


class Command(BaseCommand):
    help = "Enter an outside client that people may let in, and print its client id."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="what people are told it is called")
        parser.add_argument(
            "--redirect",
            action="append",
            required=True,
            metavar="URL",
            help="where answers go; may be repeated",
        )

    def handle(self, *args: object, name: str, redirect: list[str], **options: object) -> None:
        try:
            client = register(name, redirect)
        except NotRegisteredError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(client.client_id)
