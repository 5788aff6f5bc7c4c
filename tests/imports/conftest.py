import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from console.connections.models import Connection
from console.imports.models import Import
from tests.mirror.conftest import make_connection


def customers(*rows: str, header: str = "Name,E-mail") -> bytes:
    return "\r\n".join([header, *rows, ""]).encode()


def many(count: int, *, first: int = 1) -> bytes:
    return customers(*(f"Customer {n:03},c{n}@many.example" for n in range(first, first + count)))


def propose(client: Client, kept: Import, *rows: int, **changes: str) -> HttpResponse:
    given = {"row": rows, "reason": "They signed in November.", "knowingly": "on"}
    return client.post(kept.get_absolute_url(), {**given, **changes})


@pytest.fixture
def bill(db) -> Connection:
    return make_connection("bill", "BILL")


@pytest.fixture
def upload(client, people, connected):
    """Uploads a file as Priya; returns the answer."""

    def by(content: bytes, name: str = "customers.csv"):
        client.force_login(people["priya"])
        given = {"file": SimpleUploadedFile(name, content), "connection": connected["bill"].pk}
        return client.post(reverse("imports:list"), given)

    return by


@pytest.fixture
def kept(upload):
    """Uploads a file that can be read; returns the import."""

    def by(content: bytes) -> Import:
        assert upload(content).status_code == 302
        return Import.objects.first()

    return by
