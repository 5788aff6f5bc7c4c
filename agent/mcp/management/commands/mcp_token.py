from argparse import ArgumentParser
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError

from agent.mcp.filters import PROPOSE, READ, all_tags
from agent.mcp.models import Access
from agent.mcp.tokens import Choice, make_token
from console.accounts.models import Person
from console.connections.models import Connection

MOST_DAYS = 366


def parts_of(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


class Command(BaseCommand):
    help = "Make an access token for an outside client and print it; it cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--person", required=True, help="user name or e-mail of whom it acts for")
        parser.add_argument("--effects", type=parts_of, default=[READ], help="read, propose, or both")
        parser.add_argument("--tags", type=parts_of, default=[], help="kinds of records; by default all")
        parser.add_argument("--connections", type=parts_of, default=[], help="short names; by default all")
        parser.add_argument("--days", type=int, required=True, help=f"until it expires, 1 to {MOST_DAYS}")
        parser.add_argument("--name", default="", help="how people know it")
        parser.add_argument("--discovery", action="store_true", help="show the common tools and a search")

    def handle(self, *, person: str, days: int, name: str, discovery: bool, **options: list[str]) -> None:
        if not 1 <= days <= MOST_DAYS:
            raise CommandError(f"A token lasts between 1 and {MOST_DAYS} days.")
        owner = person_called(person)
        choice = Choice(
            name=name or f"Made on the command line for {owner}"[:100],
            lasts=timedelta(days=days),
            effects=known(options["effects"] or [READ], (READ, PROPOSE), "effect"),
            tags=known(options["tags"], all_tags(), "kind of record"),
            connections=connections_called(options["connections"]),
            shows=Access.Shows.DISCOVERY if discovery else Access.Shows.WHOLE,
        )
        self.stdout.write(make_token(owner, choice, actor=owner).secret)


def person_called(text: str) -> Person:
    people = Person.objects.filter(is_active=True)
    found = people.filter(username=text).first() or people.filter(email__iexact=text).first()
    if found is None:
        raise CommandError(f"Nobody who may sign in is called {text}.")
    return found


def connections_called(slugs: list[str]) -> list[Connection]:
    every = {one.slug: one for one in Connection.objects.all()}
    return [every[slug] for slug in known(slugs, tuple(every), "connection")]


def known(given: list[str], every: tuple[str, ...], what: str) -> list[str]:
    """Those given, each once. Raises CommandError where one is none of them."""
    if strange := [one for one in given if one not in every]:
        raise CommandError(
            f"There is no {what} {', '.join(strange)}. There are: {', '.join(every) or 'none'}."
        )
    return list(dict.fromkeys(given))
