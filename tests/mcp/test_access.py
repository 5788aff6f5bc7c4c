"""Who is let in, asked anew at each request."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agent.mcp import tokens
from agent.mcp.access import Refused, admit
from agent.mcp.models import Access
from console.audit.models import Entry
from tests.mcp.tokens import token

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya(people):
    return people["priya"]


def refusal(secret: str, **how: object) -> Refused:
    with pytest.raises(Refused) as caught:
        admit(secret, **how)
    return caught.value


def change(made: tokens.Made, **fields: object) -> None:
    Access.objects.filter(pk=made.access.pk).update(**fields)


def test_a_token_lets_its_person_in_and_is_kept_nowhere(priya):
    made = token(priya)
    assert admit(made.secret).person == priya
    assert (made.secret[:3], len(made.secret)) == ("cs_", 46)
    row = Access.objects.values().get()
    assert made.secret not in str(row)
    assert made.secret not in str(Entry.objects.values())
    assert row["ending"] == made.secret[-4:]


@pytest.mark.parametrize(
    "secret", ["", "cs_", "cs_" + "x" * 43, "Bearer", "cs_\ud800", "cs_\x00", "é" * 9_000]
)
def test_an_unknown_secret_is_turned_away(priya, secret):
    token(priya)
    assert (refusal(secret).status, refusal(secret).code) == (401, "unknown_token")


def test_expiry_acts_at_the_next_request(priya):
    made = token(priya)
    admit(made.secret)
    change(made, expires_at=timezone.now())
    assert (refusal(made.secret).status, refusal(made.secret).code) == (401, "expired")


def test_revoking_acts_at_the_next_request(priya):
    made = token(priya)
    admit(made.secret)
    tokens.revoke(made.access, actor=priya)
    assert (refusal(made.secret).status, refusal(made.secret).code) == (401, "revoked")


def test_who_may_no_longer_sign_in_is_turned_away(priya):
    made = token(priya)
    priya.is_active = False
    priya.save()
    assert (refusal(made.secret).status, refusal(made.secret).code) == (403, "person_inactive")


def test_a_second_code_is_asked_for_where_there_is_one(priya):
    made = token(priya, has_second_code=True)
    assert refusal(made.secret).code == "second_code"
    assert refusal(made.secret, second="wrong").code == "second_code"
    assert admit(made.secret, second=made.second).access == made.access


def test_an_address_holds_a_token_only_where_that_was_chosen(priya):
    assert refusal(token(priya).secret, by_url=True).code == "not_in_url"
    assert admit(token(priya, in_url=True).secret, by_url=True).person == priya


def test_calls_above_the_rate_are_told_when_to_come_back(priya):
    made = token(priya, calls_a_minute=1)
    with pytest.raises(Refused) as caught:
        list(map(admit, [made.secret] * 3))  # in two minutes of the clock at most
    assert (caught.value.status, caught.value.code) == (429, "too_many_calls")
    assert 1 <= caught.value.retry_after_s <= 60


def test_the_next_minute_counts_anew(priya):
    made = token(priya, calls_a_minute=1)
    change(made, minute=timezone.now() - timedelta(minutes=5), calls_in_minute=1)
    admit(made.secret)
    assert Access.objects.get().calls_in_minute == 1


def test_letting_in_asks_the_database_little(priya, django_assert_num_queries):
    made = token(priya)
    with django_assert_num_queries(4):  # the access, its person, its connections, the count
        admit(made.secret)


def test_making_and_revoking_are_in_the_log(priya):
    made = token(priya)
    tokens.revoke(made.access, actor=priya)
    tokens.revoke(made.access, actor=priya)
    assert list(Entry.objects.order_by("seq").values_list("action", flat=True)) == [
        "access.made",
        "access.revoked",
    ]


def test_a_token_for_somebody_else_takes_the_right_to_manage_connections(people):
    with pytest.raises(tokens.NotYoursError):
        token(people["priya"], actor=people["dana"])
    made = token(people["priya"], actor=people["ada"])
    with pytest.raises(tokens.NotYoursError):
        tokens.revoke(made.access, actor=people["dana"])
    tokens.revoke(made.access, actor=people["priya"])


def test_only_an_access_that_ended_leaves_the_list(priya):
    made = token(priya)
    assert not tokens.remove(made.access, actor=priya)
    change(made, expires_at=timezone.now())
    made.access.refresh_from_db()
    assert tokens.remove(made.access, actor=priya)
