"""An administrator connects accounts and replaces their credentials, which no page ever shows."""

import pytest
from django.urls import reverse

from console.audit.models import Entry
from console.connections.clients import read_live
from console.connections.models import Connection

pytestmark = pytest.mark.django_db

KEY = "sandbox-dev-key"
GIVEN = {
    "name": "BILL, Halden Labs",
    "organization_id": "00801HALDEN000000000",
    "username": "console@halden.example",
    "password": "sandbox",
    "dev_key": KEY,
}


@pytest.fixture
def ada(client, people):
    client.force_login(people["ada"])
    return client


@pytest.fixture
def given(sandbox, sandbox_url) -> dict:
    return {**GIVEN, "base_url": f"{sandbox_url}/bill", "base_v2": f"{sandbox_url}/bill"}


def connect(ada, given: dict):
    return ada.post(reverse("connections:connect", args=["bill"]), given)


def test_an_account_is_connected_and_works(ada, given):
    assert connect(ada, given).url == reverse("connections:list")
    row = Connection.objects.get()
    assert row.injected == {"organization_id": given["organization_id"]}
    assert KEY not in str(Connection.objects.values())
    assert read_live(row, "bill_get_session", {}).data["organizationId"] == given["organization_id"]


def test_credentials_that_the_vendor_does_not_take_are_not_kept(ada, given):
    answer = connect(ada, given | {"password": "wrong-password"})
    assert answer.status_code == 422
    assert "does not accept the connection&#x27;s user name or password" in answer.text
    assert "wrong-password" not in answer.text
    assert not Connection.objects.exists()


@pytest.mark.parametrize("url", ["http://bill.example", "ftp://bill.example", "nonsense"])
def test_an_address_must_be_https(ada, given, url):
    assert connect(ada, given | {"base_url": url}).status_code == 422
    assert not Connection.objects.exists()


def test_two_accounts_may_have_one_name(ada, given):
    connect(ada, given)
    connect(ada, given)
    slugs = Connection.objects.order_by("pk").values_list("slug", flat=True)
    assert list(slugs) == ["bill-halden-labs", "bill-halden-labs-2"]


def test_replaced_credentials_leave_the_others_alone(ada, connected, sandbox):
    bill = connected["bill"]
    url = reverse("connections:credentials", args=[bill.pk])
    before = bill.credentials
    assert ada.post(url, {"spend_token": "another-token"}).status_code == 302
    bill.refresh_from_db()
    assert bill.credentials == before | {"spend_token": "another-token"}


def test_wrong_credentials_replace_nothing(ada, connected):
    bill = connected["bill"]
    answer = ada.post(reverse("connections:credentials", args=[bill.pk]), {"password": "wrong"})
    assert answer.status_code == 422
    sealed = bytes(bill.sealed_credentials)
    bill.refresh_from_db()
    assert bytes(bill.sealed_credentials) == sealed


def test_no_form_shows_a_credential_that_is_there(ada, connected):
    bill = connected["bill"]
    shown = ada.get(reverse("connections:credentials", args=[bill.pk])).text
    assert [value for value in bill.credentials.values() if f'"{value}"' in shown] == []


def test_the_log_says_who_and_what_and_no_credential(ada, given):
    connect(ada, given)
    row = Connection.objects.get()
    ada.post(reverse("connections:credentials", args=[row.pk]), {"password": "sandbox"})
    entries = Entry.objects.filter(action__startswith="connection.").order_by("seq")
    assert [entry.summary for entry in entries] == [
        "Connected BILL, Halden Labs",
        "Replaced Password of BILL, Halden Labs",
    ]
    assert KEY not in str(list(entries.values()))


@pytest.mark.parametrize("name", ["dana", "priya", "omar"])
def test_who_does_not_manage_connections_cannot(client, people, connected, given, name):
    client.force_login(people[name])
    assert connect(client, given).status_code == 403
    url = reverse("connections:credentials", args=[connected["bill"].pk])
    assert client.post(url, {"password": "x"}).status_code == 403
    assert "Connect BILL" not in client.get(reverse("connections:list")).text
