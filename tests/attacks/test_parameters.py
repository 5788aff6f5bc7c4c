"""Addresses that somebody typed: nothing in a query string or a path makes the server stumble."""

import json
from base64 import urlsafe_b64encode

import pytest

pytestmark = pytest.mark.django_db

TOO_LARGE = 10**30


def cursor(*values: object) -> str:
    return urlsafe_b64encode(json.dumps(values).encode()).decode()


CURSORS = (
    cursor("a", TOO_LARGE),
    cursor(float("inf"), float("inf")),
    cursor(float("nan")),
    cursor(None, None),
    cursor("\ud800", 1),
    cursor("a\0", 1),
    cursor({"a": 1}, 1),
    cursor("2026-01-01", 1),
    cursor("0001-01-01T00:00:00+14:00", 1),
    cursor(-TOO_LARGE),
    urlsafe_b64encode(b"[" * 20_000).decode(),
    "%ff",
)
LISTS = ("/customers/", "/subscriptions/", "/invoices/", "/vendors/", "/bills/", "/audit/")


@pytest.mark.parametrize("address", LISTS)
def test_a_tampered_cursor_gives_the_first_page(client, people, address):
    client.force_login(people["dana"])
    answers = [client.get(address, {name: text}) for name in ("after", "before") for text in CURSORS]
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize(
    "query",
    [
        "q=%00&status=%00&connector=%00&currency=%00",
        "q=%ff%fe&status=%f0%9f%92%a9",
        f"q={'9' * 5000}&min_age={'9' * 5000}&due_in={'9' * 30}",
        "open=1&min_age=36500&due_in=-36500",
    ],
)
def test_a_filter_that_cannot_be_read_counts_as_not_given(client, people, query):
    client.force_login(people["dana"])
    assert {client.get(f"{address}?{query}").status_code for address in LISTS} == {200}


@pytest.mark.parametrize("page", ["/audit/", "/audit/newer/", "/audit/export.csv", "/audit/export.jsonl"])
def test_no_day_is_beyond_the_calendar(client, people, page):
    client.force_login(people["dana"])
    for days in ({"from": "0001-01-01"}, {"to": "9999-12-31"}, {"from": "9999-12-31", "to": "0001-01-01"}):
        answer = client.get(page, days)
        assert (answer.status_code, "".join(part.decode() for part in answer)[:0]) == (200, "")


@pytest.mark.parametrize("since", ["9" * 5000, "9" * 30, "-1", "%00", "²"])
def test_an_entry_number_that_is_none_is_zero(client, people, since):
    client.force_login(people["dana"])
    assert client.get("/audit/newer/", {"since": since, "day": "9999-12-31"}).status_code == 200


@pytest.mark.parametrize("number", [0, 2**63, TOO_LARGE])
def test_a_number_without_a_record_is_not_found(client, people, number):
    client.force_login(people["dana"])
    pages = ("customers/{}/", "invoices/{}/refund/", "audit/{}/", "approvals/{}/", "connections/{}/card/")
    assert {client.get("/" + page.format(number)).status_code for page in pages} == {404}
    deeds = ("approvals/{}/approve/", "connections/{}/pause/", "connections/{}/sync/")
    assert {client.post("/" + deed.format(number)).status_code for deed in deeds} == {404}


def test_an_exports_file_name_comes_from_the_log_alone(client, people):
    client.force_login(people["dana"])
    answer = client.get("/audit/export.csv", {"q": 'x"\r\nSet-Cookie: a=b', "who": "\r\nX: y"})
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="countersign-audit-')
    assert answer.headers["Content-Disposition"].isprintable()
