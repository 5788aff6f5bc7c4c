"""Tokens for tests, made as the page and the command make them."""

from datetime import timedelta

from agent.mcp.tokens import Choice, Made, make_token
from console.accounts.models import Person

BOTH = ("read", "propose")


def token(person: Person, *, actor: Person | None = None, **choice: object) -> Made:
    choice = {"name": "Month-end close", "lasts": timedelta(days=1)} | choice
    return make_token(person, Choice(**choice), actor=actor or person)
