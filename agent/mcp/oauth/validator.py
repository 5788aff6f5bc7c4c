"""The library's rules, made stricter: codes are kept hashed, each use is checked against the access.

What is kept: hashes of codes, access tokens and refresh tokens; nothing that could be used.
"""

from hashlib import sha256
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from oauth2_provider.models import Application, Grant, RefreshToken
from oauth2_provider.oauth2_backends import OAuthLibCore
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749 import errors

from agent.mcp.oauth import redirects
from agent.mcp.oauth.bearers import is_live


def fingerprint(code: str) -> str:
    return sha256(f"countersign code {code}".encode(errors="replace")).hexdigest()


def family_of(code_fingerprint: str) -> UUID:
    """All tokens that came from one code are one family; a code that comes again ends it."""
    return UUID(hex=code_fingerprint[:32])


class Core(OAuthLibCore):
    def _get_escaped_full_path(self, request: HttpRequest) -> str:
        """Written anew, as the library takes no percent sign that stands for nothing."""
        return f"{request.path}?{request.GET.urlencode()}" if request.GET else request.path

    def extract_headers(self, request: HttpRequest) -> dict[str, Any]:
        """The library takes no letters beyond ASCII in what a client signs in with."""
        headers = super().extract_headers(request)
        return {name: text for name, text in headers.items() if str(text).isascii()}

    def extract_body(self, request: HttpRequest) -> list[tuple[str, str]]:
        """A code becomes its fingerprint here, so that everything behind knows nothing else."""
        given = super().extract_body(request)
        return [(name, fingerprint(value) if name == "code" else value) for name, value in given]


class Validator(OAuth2Validator):
    def _load_application(self, client_id: str | None, request: Request) -> Application | None:
        """PostgreSQL takes no zero byte, not even in a question."""
        return None if "\x00" in (client_id or "") else super()._load_application(client_id, request)

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Request, *args: Any, **more: Any
    ) -> bool:
        """Also of clients whose addresses were fetched or entered by hand."""
        return redirects.is_safe(redirect_uri) and super().validate_redirect_uri(
            client_id, redirect_uri, request, *args, **more
        )

    def validate_code(
        self, client_id: str, code: str, client: Application, request: Request, *args: Any, **more: Any
    ) -> bool:
        if not super().validate_code(client_id, code, client, request, *args, **more):
            self._end_what_it_gave(code)
            return False
        return is_live(request.user, client)

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Request, *args: Any, **more: Any
    ) -> None:
        try:
            super().invalidate_authorization_code(client_id, code, request, *args, **more)
        except errors.InvalidGrantError:  # another request used it meanwhile
            self._end_what_it_gave(code)
            raise

    def validate_refresh_token(
        self, refresh_token: str, client: Application, request: Request, *args: Any, **more: Any
    ) -> bool:
        """What a token may do stands in the access, so it is renewed as it is, for neither less nor more."""
        known = super().validate_refresh_token(refresh_token, client, request, *args, **more)
        if not known or not is_live(request.user, client):
            return False
        given = self.get_original_scopes(refresh_token, request)
        if request.scope and set(request.scope.split()) != set(given.split()):
            raise errors.InvalidScopeError(request=request)
        return True

    def _create_authorization_code(self, request: Request, code: dict, expires: Any = None) -> Grant:
        request.nonce = request.claims = None  # of OpenID, which is off
        return super()._create_authorization_code(
            request, {**code, "code": fingerprint(code["code"])}, expires
        )

    def _create_refresh_token(self, request: Request, *args: Any) -> RefreshToken:
        made = super()._create_refresh_token(request, *args)
        if request.grant_type == "authorization_code":
            made.token_family = family_of(request.code)
            made.save(update_fields=["token_family"])
        return made

    def _end_what_it_gave(self, code_fingerprint: str) -> None:
        RefreshToken.revoke_family(family_of(code_fingerprint))
