"""What a client reads before it signs in."""

import pytest
from django.test import Client

from tests.mcp.signing_in import SERVER

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["", "/mcp"])
def test_the_server_says_where_to_sign_in(path):
    told = Client().get(f"/.well-known/oauth-protected-resource{path}").json()
    assert told["resource"] == SERVER
    assert told["authorization_servers"] == ["http://testserver"]
    assert told["scopes_supported"] == ["read", "propose"]
    assert told["bearer_methods_supported"] == ["header"]


def test_the_sign_in_says_what_it_offers_and_nothing_more():
    told = Client().get("/.well-known/oauth-authorization-server").json()
    assert told.pop("scopes_supported")[:2] == ["propose", "read"]
    methods = ["none"]
    assert told == {
        "issuer": "http://testserver",
        "authorization_endpoint": "http://testserver/oauth/authorize",
        "token_endpoint": "http://testserver/oauth/token",
        "revocation_endpoint": "http://testserver/oauth/revoke",
        "registration_endpoint": "http://testserver/oauth/register",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": False,
    }
