import pytest
from django.urls import reverse

from console.audit.models import Entry
from console.connections.models import Connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def billsby() -> Connection:
    return Connection.objects.create(
        slug="billsby", connector="billsby", name="Billsby", base_url="http://127.0.0.1:9"
    )


@pytest.fixture
def press(client, people, billsby):
    """Press one of the two buttons as somebody; the page that follows."""

    def button(name: str, who: str):
        client.force_login(people[who])
        return client.post(reverse(f"connections:{name}", args=[billsby.pk]), follow=True)

    return button


@pytest.mark.parametrize("button", ["pause", "resume"])
@pytest.mark.parametrize("who", ["priya", "omar"])
def test_who_may_neither_decide_nor_manage_touches_no_switch(press, billsby, button, who):
    assert press(button, who).status_code == 403


def test_one_person_pauses_changes_and_the_log_says_who(press, billsby, people):
    press("pause", "dana")
    billsby.refresh_from_db()
    assert billsby.paused_at
    assert Entry.objects.get(action="connection.paused").actor_id == str(people["dana"].pk)


def test_whoever_paused_cannot_resume(press, billsby):
    press("pause", "dana")
    assert "somebody else resumes" in press("resume", "dana").text
    billsby.refresh_from_db()
    assert billsby.paused_at


def test_somebody_else_resumes(press, billsby):
    press("pause", "dana")
    press("resume", "ada")
    billsby.refresh_from_db()
    assert (billsby.paused_at, billsby.paused_by) == (None, None)


def test_pausing_twice_keeps_the_first_name(press, billsby, people):
    press("pause", "dana")
    press("pause", "luis")
    billsby.refresh_from_db()
    assert billsby.paused_by == people["dana"]
