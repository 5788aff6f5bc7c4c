import pytest
from django.urls import reverse

from console.accounts import throttle
from console.audit.models import Entry

pytestmark = pytest.mark.django_db

PASSWORD = "test-password"


def sign_in(client, **fields):
    form = {"username": "dana", "password": PASSWORD} | fields
    return client.post(reverse("accounts:sign-in"), form)


def test_a_page_asks_who_is_there(client):
    assert client.get("/").url == "/sign-in/?next=/"


def test_a_wrong_password_is_refused(client, people):
    answer = sign_in(client, password="no")
    assert answer.status_code == 422
    assert "do not match" in answer.text


def test_the_right_password_opens_the_page_that_was_asked_for(client, people):
    assert sign_in(client, next="/audit/").url == "/audit/"


@pytest.mark.parametrize(
    "target", ["https://attacker.example/", "//attacker.example", "javascript:alert(1)", "\\\\x"]
)
def test_a_link_cannot_lead_away_after_signing_in(client, people, target):
    assert sign_in(client, next=target).url == "/"


def test_a_name_is_closed_after_too_many_wrong_passwords(client, people):
    for _ in range(throttle.TRIES):
        sign_in(client, password="no")
    assert sign_in(client).status_code == 429


def test_signing_out_needs_a_post(client, people):
    client.force_login(people["dana"])
    assert client.get(reverse("accounts:sign-out")).status_code == 405


def test_signing_out_ends_the_session(client, people):
    client.force_login(people["dana"])
    client.post(reverse("accounts:sign-out"))
    assert client.get("/").status_code == 302


def test_a_fragment_asked_for_after_the_session_ended_reloads_the_page(client):
    answer = client.get("/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (200, "true")


def test_the_demo_offers_its_people_without_the_password(client, people, settings):
    settings.DEMO = True
    page = client.get(reverse("accounts:sign-in")).text
    assert "Priya Raman" in page
    assert PASSWORD not in page


def test_outside_the_demo_nobody_is_offered(client, people, settings):
    settings.DEMO = False
    assert "Priya Raman" not in client.get(reverse("accounts:sign-in")).text


def test_a_pinned_theme_is_drawn_by_the_server(client):
    client.post(reverse("accounts:theme"), {"theme": "dark"})
    assert '<html lang="en" data-bs-theme="dark" data-theme="dark">' in client.get("/sign-in/").text


def test_a_theme_that_does_not_exist_is_not_kept(client):
    client.post(reverse("accounts:theme"), {"theme": '"><script>'})
    assert "theme" not in client.cookies


def test_signing_in_and_out_stands_in_the_log(client, people):
    sign_in(client)
    client.post(reverse("accounts:sign-out"))
    actions = (
        Entry.objects.filter(actor_id=str(people["dana"].pk)).order_by("seq").values_list("action", flat=True)
    )
    assert list(actions) == ["person.signed_in", "person.signed_out"]
