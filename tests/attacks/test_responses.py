"""What every response carries, whatever it answers; and what is too large or out of bounds."""

import asyncio
from typing import Any
from urllib.parse import unquote

import pytest
from asgiref.testing import ApplicationCommunicator
from django.test import Client

from console.asgi import countersign, pages
from console.ui.bodies import SmallBodies

pytestmark = pytest.mark.django_db

PATHS = (
    "/",
    "/sign-in/",
    "/healthz",
    "/no-such-page",
    "/chat/",
    "/customers/",
    "/audit/",
    "/audit/export.csv",
    "/audit/export.jsonl",
    "/audit/verify.py",
    "/approvals/999999/",
    "/connections/",
    "/sign-out/",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("who", ["nobody", "dana", "priya"])
def test_every_response_is_locked_down(client, people, path, who):
    if who != "nobody":
        client.force_login(people[who])
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_a_static_file_is_locked_down():
    answer = ask("GET", [], path="/static/js/chat.js")
    headers = {name.decode(): value.decode() for name, value in answer["headers"]}
    assert answer["status"] == 200
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


def test_a_refused_token_is_locked_down_too(people):
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post("/sign-in/", {"username": "dana", "password": "test-password"})
    assert answer.status_code == 403
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_foreign_host_is_refused(client):
    assert client.get("/sign-in/", headers={"host": "evil.example"}).status_code == 400


def test_a_page_of_another_site_cannot_post_over_tls(people, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    browser = Client(enforce_csrf_checks=True)
    browser.get("/sign-in/", headers={"x-forwarded-proto": "https"})
    token = browser.cookies["csrftoken"].value
    answer = browser.post(
        "/sign-in/",
        {"username": "dana", "password": "test-password", "csrfmiddlewaretoken": token},
        headers={"x-forwarded-proto": "https", "origin": "https://evil.example"},
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/static/../console/settings.py",
        "/static/%2e%2e/console/settings.py",
        "/static/..%2fconsole/settings.py",
        "/static//etc/passwd",
        "/static/js/../../manage.py",
        "/static/%2e%2e%2f%2e%2e%2fetc/passwd",
        "/audit/../manage.py",
        "/audit/verify.py/../../../manage.py",
    ],
)
def test_no_path_leads_to_a_file_outside(committed_db, path):
    """Nobody is signed in; whatever is no file of ours is sent to the sign-in page."""
    assert ask("GET", [], path=path)["status"] in (301, 302, 404)


def post(body: list[bytes], *headers: tuple[bytes, bytes], **more: Any) -> dict:
    return ask("POST", body, *headers, **more)


def ask(
    method: str,
    body: list[bytes],
    *headers: tuple[bytes, bytes],
    app=countersign,
    ends: bool = True,
    path: str = "/sign-in/",
) -> dict:
    """What the server answers to a body sent in these parts. ends: whether anything says that it is whole."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": b"",
        "scheme": "http",
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"multipart/form-data; boundary=x"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }

    async def scenario() -> dict:
        socket = ApplicationCommunicator(app, scope)
        for part in body:
            await socket.send_input({"type": "http.request", "body": part, "more_body": True})
        if ends:
            await socket.send_input({"type": "http.request", "body": b"", "more_body": False})
        answer = await socket.receive_output(10)
        await socket.receive_output(10)
        await socket.wait(10)
        return answer

    return asyncio.run(scenario())


def test_a_body_that_says_it_is_huge_is_not_read(committed_db):
    assert post([], (b"content-length", b"10485760"))["status"] == 413


def test_a_body_without_a_length_is_read_up_to_the_bound(committed_db):
    assert post([b"x" * 65_536] * 160)["status"] == 413


def test_only_the_form_for_files_takes_a_larger_body(committed_db):
    megabytes = [b"x" * 65_536] * 80
    assert post(megabytes, path="/approvals/files/")["status"] == 403  # heard, and without a token refused
    assert post(megabytes, path="/approvals/1/approve/")["status"] == 413
    assert post([b"x" * 65_536] * 100, path="/approvals/files/")["status"] == 413


def test_a_small_body_is_heard(committed_db):
    assert post([b"x" * 100], (b"content-length", b"100"))["status"] == 403


def test_a_body_that_never_ends_is_not_waited_for(committed_db):
    impatient = SmallBodies(pages, patience_s=0.2)
    assert post([b"x" * 100], app=impatient, ends=False)["status"] == 408
