"""Guessing passwords: from one place, from many, for many names; and what strangers can write in the log."""

import time

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from console.accounts import throttle
from console.accounts.models import WrongPasswords
from console.accounts.sign_in_log import LISTED
from console.audit.models import Entry, PersonalDatum

pytestmark = pytest.mark.django_db

WRONG, RIGHT = "wrong-password", "test-password"


def try_in(client, username: str, password: str = WRONG, address: str = "192.0.2.1"):
    form = {"username": username, "password": password}
    return client.post(reverse("accounts:sign-in"), form, REMOTE_ADDR=address)


def test_a_stranger_elsewhere_cannot_lock_somebody_out(client, people):
    for _ in range(throttle.TRIES):
        try_in(client, "dana", address="203.0.113.9")
    assert try_in(client, "dana", RIGHT, address="203.0.113.9").status_code == 429
    assert try_in(client, "dana", RIGHT).status_code == 302


def test_guessing_one_name_from_many_places_closes_it(client, people):
    for number in range(throttle.TRIES_FOR_NAME):
        try_in(client, " DANA ", address=f"203.0.113.{number}")
    assert try_in(client, "dana", RIGHT).status_code == 429


def test_trying_many_names_closes_the_address_and_no_other(client, people):
    for number in range(throttle.TRIES_FROM_ADDRESS):
        try_in(client, f"name{number}")
    assert try_in(client, "dana", RIGHT).status_code == 429
    assert try_in(client, "dana", RIGHT, address="192.0.2.2").status_code == 302


def test_signing_in_oneself_does_not_clear_the_address(client, people):
    for number in range(5):
        try_in(client, f"name{number}")
    try_in(client, "priya", RIGHT)
    assert throttle.failures_from("192.0.2.1") == 5


def test_a_subscriber_of_ipv6_is_one_address(client, people):
    for number in range(throttle.TRIES):
        try_in(client, "dana", address=f"2001:db8:1:2::{number:x}")
    assert try_in(client, "dana", RIGHT, address="2001:db8:1:2:ffff::1").status_code == 429


def test_strangers_fill_neither_the_log_nor_the_counts(client, people):
    before = Entry.objects.count()
    for number in range(LISTED + 30):
        try_in(client, f"name{number}")
    listed = Entry.objects.filter(action="person.sign_in_failed")
    assert Entry.objects.count() - before == LISTED
    assert "more from this address" in listed.first().summary
    WrongPasswords.objects.update(since="2020-01-01T00:00Z")
    try_in(client, "dana", address="192.0.2.9")
    assert WrongPasswords.objects.count() == 3


def test_an_unknown_name_and_a_switched_off_one_read_like_a_wrong_password(client, people):
    people["omar"].is_active = False
    people["omar"].save(update_fields=["is_active"])

    def said(name: str, password: str = WRONG) -> tuple[int, str]:
        answer = try_in(client, name, password)
        return answer.status_code, answer.context["form"].non_field_errors().as_text()

    assert said("dana") == said("nobody") == said("omar") == said("omar", RIGHT)


def test_an_unknown_name_takes_as_long(client, people, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    people["dana"].set_password(RIGHT)
    people["dana"].save(update_fields=["password"])

    def took(name: str) -> float:
        begun = time.process_time()
        try_in(client, name)
        return time.process_time() - begun

    assert took("nobody") > took("dana") / 4


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 20_000, "dana'--", "{}", "dana\r\nX: y"])
def test_any_name_may_be_typed(client, people, name):
    assert try_in(client, name.encode(errors="replace").decode()).status_code == 422
    assert all("\0" not in value for value in PersonalDatum.objects.values_list("value", flat=True))


def test_the_session_gets_a_new_key_when_somebody_signs_in(client, people):
    client.force_login(people["priya"])
    planted = client.cookies["sessionid"].value
    client.post(reverse("accounts:sign-out"))
    client.cookies["sessionid"] = planted
    try_in(client, "dana", RIGHT)
    assert client.cookies["sessionid"].value != planted
    assert not Session.objects.filter(pk=planted).exists()


def test_an_old_cookie_is_worth_nothing_after_signing_out(client, people):
    try_in(client, "dana", RIGHT)
    stolen = client.cookies["sessionid"].value
    client.post(reverse("accounts:sign-out"))
    client.cookies["sessionid"] = stolen
    assert client.get("/").status_code == 302


def test_a_new_password_ends_other_sessions(client, people):
    try_in(client, "dana", RIGHT)
    people["dana"].set_password("another-password")
    people["dana"].save(update_fields=["password"])
    assert client.get("/").status_code == 302


def test_cookies_are_out_of_reach_of_scripts(client, people):
    try_in(client, "dana", RIGHT)
    client.get("/")
    for name in ("sessionid", "csrftoken"):
        assert client.cookies[name]["httponly"] is True
        assert client.cookies[name]["samesite"] == "Lax"


@pytest.mark.parametrize("target", ["x", "overview:home", "accounts.views", "?a", "#a", " /x", "/\\x"])
def test_where_to_go_next_is_a_path_or_home(client, people, target):
    form = {"username": "dana", "password": RIGHT, "next": target}
    assert client.post(reverse("accounts:sign-in"), form).url == "/"


@pytest.mark.parametrize(
    "referer",
    ["https://evil.example//evil.example/x", "http://testserver//evil.example", "javascript:x", "\\\\x"],
)
def test_pinning_a_theme_leads_nowhere_else(client, referer):
    assert client.post("/theme/", {"theme": "dark"}, headers={"referer": referer}).url in ("/", "/x")
