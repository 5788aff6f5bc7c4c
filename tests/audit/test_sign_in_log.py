import pytest
from django.test import Client
from django.urls import reverse

from console.audit.models import Entry, PersonalDatum
from console.audit.verification import verify

pytestmark = pytest.mark.django_db


def sign_in(client: Client, username: str, password: str) -> None:
    client.post(reverse("accounts:sign-in"), {"username": username, "password": password})


def test_signing_in_and_out_are_entries_with_address_and_session(client: Client, people: dict) -> None:
    sign_in(client, "dana", "test-password")
    key = client.session.session_key
    client.post(reverse("accounts:sign-out"))

    out, came = Entry.objects.all()
    assert (came.action, out.action) == ("person.signed_in", "person.signed_out")
    assert came.who == out.who == "Dana Whitfield"
    assert (came.source_ip, came.auth_strength) == ("127.0.0.1", "password")
    assert came.session_ref == out.session_ref != ""
    assert key not in came.session_ref


def test_a_failed_sign_in_is_an_entry_that_keeps_what_was_typed_erasable(
    client: Client, people: dict
) -> None:
    sign_in(client, "Passw0rd-in-the-wrong-field", "x")

    entry = Entry.objects.get()
    assert (entry.action, entry.outcome) == ("person.sign_in_failed", "refused")
    assert "Passw0rd" not in str(entry.event())
    assert PersonalDatum.objects.get().value == "Passw0rd-in-the-wrong-field"
    assert verify().is_whole


def test_a_failed_sign_in_names_the_account_that_was_tried(client: Client, people: dict) -> None:
    sign_in(client, "dana", "wrong")

    assert Entry.objects.get().summary == "Failed sign-in as Dana Whitfield"
    assert Entry.objects.get().object_id == str(people["dana"].pk)


def test_strange_user_names_are_recorded_too(client: Client) -> None:
    for typed in ("a\x00b", "x" * 5000, "=1+1"):
        sign_in(client, typed, "x")

    assert verify().is_whole
