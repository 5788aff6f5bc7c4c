"""The log's page: who may see it, what the filter chooses, how it stays current, and what leaves it."""

from datetime import UTC, datetime

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from django.urls import reverse

from console.audit.erasing import erase_personal
from console.audit.models import Entry
from console.audit.verification import VERIFIED
from tests.audit.entries import guards_down, make_person, sql, write_entries, write_entry, write_many

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def auditor(client: Client, people: dict) -> Client:
    client.force_login(people["omar"])
    return client


def text(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("name", ["log", "newer", "export-csv", "export-jsonl", "verifier"])
def test_strangers_are_sent_to_sign_in(client: Client, name: str) -> None:
    response = client.get(reverse(f"audit:{name}"))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("accounts:sign-in"))


@pytest.mark.parametrize("name", ["log", "newer", "export-csv", "export-jsonl", "verifier"])
def test_an_analyst_sees_nothing_of_the_log(client: Client, people: dict, name: str) -> None:
    client.force_login(people["priya"])

    assert client.get(reverse(f"audit:{name}")).status_code == 403
    assert client.get(reverse("audit:entry", args=[1])).status_code == 403
    assert client.post(reverse("audit:verify")).status_code == 403


def test_who_may_read_but_not_export_is_refused_the_file_and_shown_no_button(
    client: Client, people: dict
) -> None:
    client.force_login(people["luis"])

    assert client.get(reverse("audit:export-csv")).status_code == 403
    assert reverse("audit:export-csv") not in text(client.get(reverse("audit:log")))
    assert not Entry.objects.filter(action="audit.exported").exists()


def test_the_page_shows_entries_newest_first(auditor: Client, people: dict) -> None:
    write_entry(summary="The older one")
    write_entry(
        summary="The newer one",
        actor=people["priya"],
        actor_kind="agent",
        proposal_id="P-7",
        money=(124000, "USD"),
    )

    shown = text(auditor.get(reverse("audit:log")))

    assert shown.index("The newer one") < shown.index("The older one")
    for words in (
        "Agent for Priya Raman",
        "P-7",
        "$1,240.00",
        Entry.objects.get(proposal_id="P-7").short_hash,
    ):
        assert words in shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=P-7", {"b"}),
        ("q=7KQ2", {"a", "b", "c"}),
        ("q=ABC123", {"c"}),
        ("who=priya", {"b"}),
        ("action=attempt.", {"c"}),
        ("outcome=declined", {"c"}),
        ("from=2026-11-20", {"b", "c"}),
        ("to=2026-11-20", {"a", "b"}),
        ("from=2026-11-20&to=2026-11-20", {"b"}),
        ("who=priya&action=attempt.", set()),
        ("from=nonsense&who=priya", {"b"}),
    ],
)
def test_the_filter_in_the_address_chooses(auditor: Client, people: dict, query: str, found: set) -> None:
    day = datetime(2026, 11, 19, 23, 59, 59, 999999, tzinfo=UTC)
    write_entry("proposal.created", summary="entry a", occurred_at=day)
    write_entry(
        "proposal.approved",
        summary="entry b",
        occurred_at=day.replace(day=20),
        actor=people["priya"],
        actor_kind="human",
        proposal_id="P-7",
    )
    write_entry(
        "attempt.sent",
        summary="entry c",
        occurred_at=day.replace(day=21, hour=0),
        digest="abc1234",
        outcome="Card declined",
    )

    shown = text(auditor.get(f"{reverse('audit:log')}?{query}"))

    assert {name for name in "abc" if f"entry {name}" in shown} == found


def test_pages_follow_each_other_by_number(auditor: Client) -> None:
    write_many(150)

    first = auditor.get(reverse("audit:log"))
    second = auditor.get(reverse("audit:log") + first.context["page"].next)

    seen = [row.entry.seq for response in (first, second) for row in response.context["rows"]]
    assert seen == list(range(seen[0], 0, -1))


def test_the_page_asks_the_same_number_of_queries_for_many_entries(
    auditor: Client, django_assert_max_num_queries
) -> None:
    write_many(120)

    with django_assert_max_num_queries(20):
        auditor.get(reverse("audit:log"))


def test_htmx_gets_the_fragment_alone(auditor: Client) -> None:
    shown = text(auditor.get(reverse("audit:log"), headers=HTMX))

    assert "<html" not in shown
    assert 'id="audit"' in shown


def test_new_entries_come_as_rows_below_their_day(auditor: Client) -> None:
    old = write_entry(summary="The one on screen")
    write_entry(summary="The one that came")
    day = f"{old.occurred_at:%Y-%m-%d}"

    shown = text(auditor.get(reverse("audit:newer"), {"since": old.seq, "day": day}, headers=HTMX))

    assert "The one that came" in shown
    assert "The one on screen" not in shown
    assert f"since={old.seq + 1}&amp;day={day}" in shown
    assert shown.count('class="day"') == 1


def test_new_entries_of_a_new_day_leave_the_old_heading_to_the_old_rows(auditor: Client) -> None:
    old = write_entry(occurred_at=datetime(2026, 11, 19, 12, tzinfo=UTC))
    write_entry(occurred_at=datetime(2026, 11, 20, 12, tzinfo=UTC))

    shown = text(auditor.get(reverse("audit:newer"), {"since": old.seq, "day": "2026-11-19"}, headers=HTMX))

    assert shown.index("20 Nov") < shown.index("Read an invoice") < shown.index("19 Nov")


def test_new_entries_pass_the_filter_of_the_page(auditor: Client) -> None:
    old = write_entry("a.first")
    write_entry("b.second", summary="not asked for")

    shown = text(auditor.get(reverse("audit:newer"), {"since": old.seq, "action": "a."}, headers=HTMX))

    assert "not asked for" not in shown


def test_an_older_page_is_not_live(auditor: Client) -> None:
    write_many(150)
    first = auditor.get(reverse("audit:log"))

    assert 'data-live="audit"' in text(first)
    assert 'data-live="audit"' not in text(auditor.get(reverse("audit:log") + first.context["page"].next))


def test_the_drawer_shows_values_request_and_neighbours(auditor: Client) -> None:
    before, entry, after = (
        write_entry(),
        write_entry(
            before={"status": "unpaid"}, after={"status": "paid"}, digest="f" * 64, reason="It bounced"
        ),
        write_entry(),
    )

    shown = text(auditor.get(reverse("audit:entry", args=[entry.seq]), headers=HTMX))

    for words in (
        "&quot;unpaid&quot;",
        "&quot;paid&quot;",
        "It bounced",
        "ffff ffff",
        before.chain_hash,
        after.chain_hash,
    ):
        assert words in shown
    assert "<html" not in shown


def test_an_entry_names_the_decisions_that_allowed_it(auditor: Client) -> None:
    entry = write_entry(decision_ids=[41, 42])

    assert '<dd class="mono">41, 42</dd>' in text(auditor.get(reverse("audit:entry", args=[entry.seq])))


def test_an_entry_is_a_page_of_its_own_with_the_list_around_it(auditor: Client) -> None:
    write_many(150)

    response = auditor.get(reverse("audit:entry", args=[20]))

    assert 'class="sel"' in text(response)
    assert response.context["rows"][0].entry.seq == 30


def test_an_entry_that_is_not_there_is_not_found(auditor: Client) -> None:
    assert auditor.get(reverse("audit:entry", args=[99])).status_code == 404


def test_what_vendors_and_people_write_is_shown_as_text(auditor: Client) -> None:
    entry = write_entry(summary="<script>a</script>", after={"<b>": "<img src=x>"}, reason="<i>why")

    shown = text(auditor.get(reverse("audit:log"))) + text(
        auditor.get(reverse("audit:entry", args=[entry.seq]))
    )

    assert not any(tag in shown for tag in ("<script>a", "<img src=x>", "<i>why"))


def test_erased_personal_data_is_shown_as_erased(auditor: Client) -> None:
    entry = write_entry(personal={"user name": "bob-the-typed"})
    where = reverse("audit:entry", args=[entry.seq])
    assert "bob-the-typed" in text(auditor.get(where))

    erase_personal(seq=entry.seq, actor=make_person("erik"), reason="asked to")

    assert "bob-the-typed" not in text(auditor.get(where))
    assert "Erased" in text(auditor.get(where))


def test_verifying_is_an_entry_and_turns_the_badge_green(auditor: Client) -> None:
    assert "Chain not verified yet" in text(auditor.get(reverse("audit:log")))

    shown = text(auditor.post(reverse("audit:verify"), follow=True))

    assert "Chain verified" in shown
    assert "Chain whole: 1 entries" in shown
    assert Entry.objects.get(action=VERIFIED).outcome == "whole"


def test_a_broken_chain_shows_and_stops_exports_until_acknowledged(auditor: Client) -> None:
    write_entries(5)
    with guards_down():
        sql("UPDATE audit_entry SET occurred_at = 'x', personal = 'x', money_amount = 'x' WHERE seq = 3")

    assert "Chain broken at entry 3" in text(auditor.get(reverse("audit:log")))
    assert auditor.get(reverse("audit:entry", args=[3])).status_code == 200
    refused = auditor.get(reverse("audit:export-csv"))
    assert (refused.status_code, "Export it as it is" in text(refused)) == (409, True)
    for name in ("export-csv", "export-jsonl"):
        exported = auditor.get(reverse(f"audit:{name}"), {"acknowledged": "yes"})
        assert exported.status_code == 200
        assert b"Read invoice 2" in exported.getvalue()


def test_an_export_carries_range_rows_and_head(auditor: Client) -> None:
    write_entries(3)
    head = Entry.objects.first()

    response = auditor.get(reverse("audit:export-csv"), {"action": "invoice."})

    assert response["X-Audit-Rows"] == "3"
    assert (response["X-Audit-First"], response["X-Audit-Last"]) == ("2", "4")
    assert response["X-Audit-Head"] == f"{head.seq} {head.chain_hash}"
    assert f"countersign-audit-2-4-{head.chain_hash[:12]}.csv" in response["Content-Disposition"]
    assert response.getvalue().decode().count("\r\n") == 4
    assert Entry.objects.get(action="audit.exported").source_ip == "127.0.0.1"


def test_an_export_is_sent_in_pieces_by_the_real_server(people: dict) -> None:
    write_many(1200)
    client = AsyncClient()
    client.force_login(people["omar"])

    @async_to_sync
    async def fetch() -> list[bytes]:
        response = await client.get(reverse("audit:export-jsonl"))
        return [piece async for piece in response.streaming_content]

    pieces = fetch()

    assert len(pieces) == 4
    assert pieces[-1].startswith(b'{"manifest"')


def test_the_offline_verifier_is_offered(auditor: Client) -> None:
    response = auditor.get(reverse("audit:verifier"))

    assert 'filename="verify.py"' in response["Content-Disposition"]
    assert b"Standard library only" in response.content
