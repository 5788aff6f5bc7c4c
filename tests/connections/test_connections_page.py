from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from console.connections.models import Connection
from console.mirror.models import Sync

SECRET = "halden_0123456789abcdef"

pytestmark = pytest.mark.django_db


@pytest.fixture
def billsby(db) -> Connection:
    connection = Connection(
        slug="billsby",
        connector="billsby",
        name="Billsby, halden",
        base_url="http://127.0.0.1:9",
        injected={"companyDomain": "halden"},
        is_sandbox=True,
    )
    connection.credentials = {"api_key": SECRET}
    connection.save()
    return connection


def page(client, person) -> str:
    client.force_login(person)
    return client.get(reverse("connections:list")).text


def test_connections_are_for_who_is_signed_in(client, db):
    assert client.get(reverse("connections:list")).url.startswith(reverse("accounts:sign-in"))


def test_nothing_configured_is_said_plainly(client, people):
    assert "No system is configured" in page(client, people["ada"])


def test_a_card_tells_who_it_is_and_that_it_is_a_sandbox(client, people, billsby):
    shown = page(client, people["ada"])
    assert "Billsby, halden" in shown
    assert "no money is real" in shown


def test_no_page_shows_a_credential(client, people, billsby):
    card = reverse("connections:card", args=[billsby.pk])
    shown = page(client, people["ada"]) + client.get(card).text
    assert SECRET not in shown
    assert SECRET[-4:] not in shown.split("csrf")[0]


def test_a_connection_without_credentials_is_not_configured(client, people, billsby):
    Connection.objects.update(sealed_credentials=b"")
    shown = page(client, people["ada"])
    assert "Not configured" in shown
    assert "Read Billsby" not in shown


def test_a_running_sync_shows_how_far_it_is(client, people, billsby):
    now = timezone.now()
    Sync.objects.create(
        connection=billsby, kind="invoice", done=100, total=293, started_at=now, reported_at=now
    )
    client.force_login(people["priya"])
    card = client.get(reverse("connections:card", args=[billsby.pk]), headers={"HX-Request": "true"}).text
    assert "100 of 293" in card
    assert f'data-live="connection.{billsby.pk}"' in card


def test_a_failed_sync_says_why(client, people, billsby):
    now = timezone.now()
    Sync.objects.create(
        connection=billsby,
        kind="invoice",
        state="failed",
        error="Billsby does not answer just now.",
        started_at=now,
        reported_at=now,
        finished_at=now,
    )
    assert "Billsby does not answer just now." in page(client, people["ada"])


def test_who_may_neither_propose_nor_manage_cannot_start_a_sync(client, people, billsby):
    client.force_login(people["omar"])
    assert client.post(reverse("connections:sync", args=[billsby.pk])).status_code == 403


@pytest.mark.parametrize("name", ["priya", "ada"])
def test_who_may_propose_or_manage_starts_a_sync(client, people, billsby, name):
    client.force_login(people[name])
    response = client.post(reverse("connections:sync", args=[billsby.pk]), follow=True)
    assert "Reading Billsby, halden starts." in response.text


def test_a_sync_is_not_started_by_a_link(client, people, billsby):
    client.force_login(people["ada"])
    assert client.get(reverse("connections:sync", args=[billsby.pk])).status_code == 405


def test_a_running_sync_tells_its_pace_and_what_is_left(client, people, billsby):
    now = timezone.now()
    Sync.objects.create(
        connection=billsby,
        kind="invoice",
        done=1_100,
        total=2_300,
        turn_done=100,
        turn_at=now - timedelta(seconds=10),
        started_at=now,
        reported_at=now,
    )
    assert "1,100 of 2,300, 100 a second, 12 s left" in page(client, people["ada"])


def test_a_sync_is_stopped_and_says_that_it_goes_on(client, people, billsby):
    now = timezone.now()
    Sync.objects.create(
        connection=billsby, kind="invoice", done=100, total=293, place="100", started_at=now, reported_at=now
    )
    assert "Stop reading Billsby, halden" in page(client, people["priya"])
    client.post(reverse("connections:stop", args=[billsby.pk]))
    shown = page(client, people["priya"])
    assert "Stopped by Priya Raman. 100 of 293; the next reading goes on from there." in shown
    assert "Stop reading" not in shown


def test_who_may_neither_propose_nor_manage_cannot_stop_a_sync(client, people, billsby):
    client.force_login(people["omar"])
    assert client.post(reverse("connections:stop", args=[billsby.pk])).status_code == 403
