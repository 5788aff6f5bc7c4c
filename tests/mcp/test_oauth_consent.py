"""The page on which a person lets a client in: what it says, and that it only ever narrows."""

import pytest

from agent.mcp.models import Access
from agent.mcp.oauth.registering import register as enter
from console.audit.models import Entry
from tests.mcp.signing_in import ALLOW, CALLBACK, address, consent, register, signed_in, tokens

pytestmark = pytest.mark.django_db
LOOPBACK = "http://127.0.0.1:33418/callback"


def page(person, *args, **more) -> str:
    answer = signed_in(person).get(address(*args, **more))
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_says_who_asks_that_nobody_checked_it_and_where_the_answer_goes(people):
    shown = page(people["priya"], register("Claude"))
    assert "“Claude”" in shown
    assert "Nobody checked this name" in shown
    assert '<span class="b6">client.example</span>' in shown
    assert "Priya Raman" in shown


def test_it_warns_of_a_program_on_the_persons_own_computer(people):
    shown = page(people["priya"], register("Claude", LOOPBACK), redirect_uri=LOOPBACK)
    assert "your own computer" in shown
    assert "127.0.0.1:33418" in shown


def test_a_name_is_text_and_nothing_else(people):
    assert "<script>alert" not in page(people["priya"], register("<script>alert(1)</script>"))


def test_a_client_entered_by_hand_is_shown_as_such(people):
    shown = page(people["priya"], enter("Reporting", [CALLBACK]).client_id)
    assert "Entered by an administrator" in shown
    assert "Nobody checked" not in shown


def test_records_and_accounts_can_be_narrowed(people, connected):
    bill = connected["bill"]
    tokens(people["priya"], register(), form={"tags": ["invoices"], "connections": [bill.pk]})
    access = Access.objects.get()
    assert access.tags == ["invoices"]
    assert list(access.connections.all()) == [bill]


def test_scopes_for_records_and_accounts_are_the_filters(people, connected):
    bill = connected["bill"]
    asked = f"read records:invoices records:bills connection:{bill.pk}"
    given = tokens(
        people["priya"], register(), scope=asked, form={"tags": ["bills"], "connections": [bill.pk]}
    )
    assert given["scope"] == f"read records:bills connection:{bill.pk}"
    assert Access.objects.get().tags == ["bills"]


@pytest.mark.parametrize(
    "form",
    [
        {"effects": ["propose"]},
        {"effects": []},
        {"effects": ["read", "approve"]},
        {"tags": ["bills"]},
        {"tags": []},
        {"connections": [999_999]},
        {"lasts_h": "87600"},
        {"lasts_h": ""},
    ],
)
def test_nothing_beyond_what_the_client_asked_for_can_be_given(people, form):
    answer = signed_in(people["priya"]).post(
        address(register(), scope="read records:invoices"), {**ALLOW, "tags": ["invoices"], **form}
    )
    assert answer.status_code == 422
    assert not Access.objects.exists()


def test_who_may_not_propose_cannot_let_a_client_propose(people):
    browser = signed_in(people["omar"])
    answer = browser.post(address(register()), {**ALLOW, "effects": ["read", "propose"]})
    assert answer.status_code == 422
    assert not Access.objects.exists()


def test_letting_in_and_renewing_are_in_the_log(people):
    client_id = register("Hosted chat")
    consent(people["priya"], client_id)
    consent(people["priya"], client_id)
    entries = Entry.objects.filter(object_kind="access").order_by("seq")
    assert [entry.action for entry in entries] == ["access.given", "access.renewed"]
    assert entries[0].summary.startswith("Priya Raman let Hosted chat in until")


def test_it_says_what_it_replaces(people):
    client_id = register()
    consent(people["priya"], client_id)
    assert "You let it in before" in page(people["priya"], client_id)
