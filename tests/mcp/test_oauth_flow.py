"""A hosted client is let in by a person, gets tokens, renews them and is shut out again."""

import pytest
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, Grant, RefreshToken

from agent.mcp.models import Access
from agent.mcp.oauth.bearers import access_of
from agent.mcp.tasks import forget_old_tokens
from tests.mcp.signing_in import (
    REVOKE,
    SERVER,
    address,
    consent,
    redeem,
    refresh,
    register,
    signed_in,
    tokens,
    told,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_id(db) -> str:
    return register()


def revoked(access: Access) -> None:
    Access.objects.filter(pk=access.pk).update(revoked_at=timezone.now())


def test_a_person_lets_a_client_in_for_what_is_left_of_what_it_asked(people, client_id):
    given = tokens(people["priya"], client_id)
    assert given["token_type"] == "Bearer"
    assert given["expires_in"] == 3600
    assert given["scope"] == "read"
    access = Access.objects.get()
    assert (access.person, access.effects, access.application) == (people["priya"], ["read"], client_id)
    assert access_of(given["access_token"]) == access


def test_somebody_not_signed_in_signs_in_first_and_comes_back(people, client_id):
    asked = address(client_id)
    answer = Client().get(asked)
    assert answer.status_code == 302
    assert told(answer.url)["next"] == asked


def test_the_answer_says_who_gives_it_and_repeats_the_state(people, client_id):
    answer = signed_in(people["priya"]).post(
        address(client_id), {"answer": "allow", "effects": "read", "lasts_h": "1"}
    )
    assert told(answer.url)["iss"] == "http://testserver"
    assert told(answer.url)["state"] == "s-1"


def test_a_refusal_is_told_to_the_client_and_gives_nothing(people, client_id):
    answer = signed_in(people["priya"]).post(address(client_id), {"answer": "refuse"})
    assert told(answer.url) == {"error": "access_denied", "state": "s-1", "iss": "http://testserver"}
    assert not Access.objects.exists()


def test_nothing_that_could_be_used_is_kept(people, client_id):
    code = consent(people["priya"], client_id)
    assert not Grant.objects.filter(code=code).exists()
    given = redeem(client_id, code).json()
    kept = [*AccessToken.objects.values_list("token"), *RefreshToken.objects.values_list("token")]
    assert kept == [("",), ("",)]
    assert not AccessToken.objects.filter(token_checksum=given["access_token"]).exists()


def test_tokens_are_bound_to_the_servers_address(people, client_id):
    tokens(people["priya"], client_id, resource=None)
    assert AccessToken.objects.get().resource == [SERVER]
    assert RefreshToken.objects.get().resource == [SERVER]


def test_a_refresh_gives_new_tokens_and_ends_the_old_ones(people, client_id):
    first = tokens(people["priya"], client_id)
    second = refresh(client_id, first["refresh_token"]).json()
    assert access_of(first["access_token"]) is None
    assert access_of(second["access_token"]) == Access.objects.get()


def test_a_refresh_token_that_comes_again_ends_all_that_came_of_it(people, client_id):
    first = tokens(people["priya"], client_id)
    second = refresh(client_id, first["refresh_token"]).json()
    assert refresh(client_id, first["refresh_token"]).status_code == 400
    assert access_of(second["access_token"]) is None
    assert refresh(client_id, second["refresh_token"]).status_code == 400


def test_a_code_that_comes_again_ends_what_it_gave(people, client_id):
    code = consent(people["priya"], client_id)
    first = redeem(client_id, code).json()
    second = refresh(client_id, first["refresh_token"]).json()
    assert redeem(client_id, code).json()["error"] == "invalid_grant"
    assert access_of(second["access_token"]) is None
    assert refresh(client_id, second["refresh_token"]).status_code == 400


def test_a_revoked_access_renews_no_token_and_redeems_no_code(people, client_id):
    given = tokens(people["priya"], client_id)
    code = consent(people["priya"], client_id)
    revoked(Access.objects.get())
    assert refresh(client_id, given["refresh_token"]).status_code == 400
    assert redeem(client_id, code).status_code == 400


def test_an_expired_access_renews_no_token(people, client_id):
    given = tokens(people["priya"], client_id)
    Access.objects.update(expires_at=timezone.now())
    assert refresh(client_id, given["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_new_consent_wakes_no_token_of_a_revoked_access(people, client_id):
    old = tokens(people["priya"], client_id)
    revoked(Access.objects.get())
    new = tokens(people["priya"], client_id)
    assert access_of(old["access_token"]) is None
    assert refresh(client_id, old["refresh_token"]).status_code == 400
    assert access_of(new["access_token"]).revoked_at is None


def test_a_second_consent_renews_the_access_that_holds(people, client_id):
    first = tokens(people["priya"], client_id)
    tokens(people["priya"], client_id, form={"tags": ["invoices"], "lasts_h": "720"})
    access = Access.objects.get()
    assert access.tags == ["invoices"]
    assert access_of(first["access_token"]) == access


@pytest.mark.parametrize(
    "wider", [{"effects": ["read", "propose"]}, {"tags": ["bills", "invoices"]}, {"tags": []}]
)
def test_no_token_ever_does_more_than_when_it_was_given(people, client_id, wider):
    first = tokens(people["priya"], client_id, form={"tags": ["invoices"]})
    tokens(people["priya"], client_id, form={"tags": ["invoices"], **wider})
    assert access_of(first["access_token"]) is None
    assert refresh(client_id, first["refresh_token"]).status_code == 400


def test_somebody_who_left_renews_no_token(people, client_id):
    given = tokens(people["priya"], client_id)
    people["priya"].is_active = False
    people["priya"].save()
    assert refresh(client_id, given["refresh_token"]).status_code == 400


def test_a_client_signs_itself_out(people, client_id):
    given = tokens(people["priya"], client_id)
    answer = Client().post(REVOKE, {"client_id": client_id, "token": given["refresh_token"]})
    assert answer.status_code == 200
    assert access_of(given["access_token"]) is None


def test_a_client_cannot_end_the_tokens_of_another(people, client_id):
    given = tokens(people["priya"], client_id)
    Client().post(REVOKE, {"client_id": register("Another"), "token": given["refresh_token"]})
    assert access_of(given["access_token"]) is not None


def test_codes_and_tokens_that_ended_are_forgotten_and_live_ones_kept(people, client_id):
    given = tokens(people["priya"], client_id)
    consent(people["priya"], client_id)
    Grant.objects.update(expires=timezone.now())
    AccessToken.objects.update(expires=timezone.now())
    forget_old_tokens()
    assert not Grant.objects.exists()
    assert refresh(client_id, given["refresh_token"]).status_code == 200
