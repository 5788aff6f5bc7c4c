"""`manage.py mcp_token` prints a token that works, and nothing else."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from agent.mcp.access import admit
from agent.mcp.models import Access

pytestmark = pytest.mark.django_db


def printed(*options: str) -> str:
    out = StringIO()
    call_command("mcp_token", *options, stdout=out)
    return out.getvalue()


def test_it_prints_the_secret_alone(people, connected):
    said = printed(
        *("--person", "priya@halden.example", "--effects", "read,propose", "--tags", "invoices,customers"),
        *("--connections", "billsby-halden", "--days", "7", "--name", "Month-end"),
    )
    access = admit(said.removesuffix("\n")).access
    assert (access.person, access.name) == (people["priya"], "Month-end")
    assert (access.effects, access.tags) == (["read", "propose"], ["customers", "invoices"])
    assert list(access.connections.all()) == [connected["billsby"]]


@pytest.mark.parametrize(
    "options",
    [
        ("--person", "nobody", "--days", "1"),
        ("--person", "priya", "--days", "0"),
        ("--person", "priya", "--days", "1", "--effects", "approve"),
        ("--person", "priya", "--days", "1", "--tags", "spaceships"),
        ("--person", "priya", "--days", "1", "--connections", "elsewhere"),
    ],
)
def test_what_is_not_there_is_refused(people, options):
    with pytest.raises(CommandError):
        printed(*options)
    assert not Access.objects.exists()
