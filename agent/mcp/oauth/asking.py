"""One request of a client to be let in, checked before a person sees it and again when the person answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from oauth2_provider.exceptions import OAuthToolkitError
from oauth2_provider.models import Application
from oauth2_provider.oauth2_backends import get_oauthlib_core
from oauthlib.common import add_params_to_uri
from oauthlib.oauth2.rfc6749.errors import AccessDeniedError, CustomOAuth2Error, OAuth2Error

from agent.mcp.oauth import addresses

S256 = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 in base64url


@dataclass(frozen=True)
class Asked:
    """credentials: what the library wants back to answer it."""

    client: Application
    scopes: list[str]
    redirect_uri: str
    credentials: Mapping[str, Any]


def read_asked(request: HttpRequest) -> Asked:
    """What stands in the address of the page. Raises FatalClientError where no answer may be sent to the
    client, and OAuthToolkitError where one may."""
    scopes, credentials = get_oauthlib_core().validate_authorization_request(request)
    if credentials.get("code_challenge_method") != "S256" or not S256.fullmatch(
        credentials.get("code_challenge") or ""
    ):
        _refuse(credentials, "invalid_request", "PKCE with the method S256 is required.")
    wanted = addresses.resource(request)
    if any(one.rstrip("/") != wanted for one in request.GET.getlist("resource")):
        _refuse(credentials, "invalid_target", f"The only resource here is {wanted}")
    return Asked(
        client=credentials["request"].client,
        scopes=list(scopes),
        redirect_uri=credentials["redirect_uri"],
        # Every token is bound to our address, also of a client that named none.
        credentials={**credentials, "resource": request.GET.getlist("resource") or [wanted]},
    )


def code_for(request: HttpRequest, asked: Asked, scopes: list[str]) -> str:
    """Where to send the person with a code; it stands for these scopes."""
    uri, *_ = get_oauthlib_core().create_authorization_response(
        request, scopes, dict(asked.credentials), allow=True
    )
    return uri


def refusal_for(request: HttpRequest, asked: Asked) -> str:
    """Where to send the person who said no."""
    return answer_with(request, asked.redirect_uri, AccessDeniedError(state=asked.credentials.get("state")))


def answer_with(request: HttpRequest, redirect_uri: str, error: OAuth2Error) -> str:
    return add_params_to_uri(redirect_uri, [*error.twotuples, ("iss", addresses.issuer(request))])


def _refuse(credentials: Mapping[str, Any], code: str, sentence: str) -> None:
    error = CustomOAuth2Error(error=code, description=sentence, state=credentials.get("state"))
    raise OAuthToolkitError(error=error, redirect_uri=credentials["redirect_uri"])
