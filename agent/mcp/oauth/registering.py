"""How a client becomes known: it registers itself (RFC 7591), or somebody enters it (`manage.py mcp_client`).

A registration gives nothing: it is a name, which nobody checked, and the addresses that answers may go to.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from oauth2_provider.models import Application

from agent.mcp.models import Access
from agent.mcp.oauth import redirects
from console.accounts import throttle

LONGEST_NAME = 80
MOST_REDIRECTS = 10
LONGEST_REDIRECT = 500
FROM_ADDRESS = 20  # registrations within the throttle's window
UNUSED = timedelta(days=1)
GRANTS = ["authorization_code", "refresh_token"]


class NotRegisteredError(ValueError):
    """code: as RFC 7591 names it; str() tells why."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def register(
    name: str, redirect_uris: Sequence[str], *, source: str = Application.RegistrationSource.MANUAL
) -> Application:
    """Keep a client. Raises NotRegisteredError."""
    if not 0 < len(redirect_uris) <= MOST_REDIRECTS:
        raise NotRegisteredError(
            "invalid_redirect_uri", f"Give 1 to {MOST_REDIRECTS} addresses in redirect_uris."
        )
    for uri in redirect_uris:
        if len(uri) > LONGEST_REDIRECT or " " in uri or not redirects.is_safe(uri):
            raise NotRegisteredError(
                "invalid_redirect_uri",
                "A redirect address must be https, or http on 127.0.0.1, [::1] or localhost,"
                f" without a fragment, and at most {LONGEST_REDIRECT} characters long.",
            )
    application = Application(
        name=printable(name),
        redirect_uris=" ".join(redirect_uris),
        client_type=Application.CLIENT_PUBLIC,
        client_secret="",
        hash_client_secret=False,  # there is none
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        registration_source=source,
    )
    try:
        application.full_clean()
    except ValidationError:
        raise NotRegisteredError("invalid_redirect_uri", "A redirect address is not well formed.") from None
    application.save()
    return application


def printable(name: str) -> str:
    """Without what turns or hides letters; strangers choose it and people read it."""
    return "".join(letter for letter in name if letter.isprintable()).strip()[:LONGEST_NAME]


@csrf_exempt
@login_not_required
@require_POST
def register_itself(request: HttpRequest) -> HttpResponse:
    if not settings.MCP_REGISTRATION:
        return refusal(404, "access_denied", "Clients are registered here by hand. Ask an administrator.")
    place = throttle.network(request.META.get("REMOTE_ADDR", ""))
    if throttle.count("registration", place) > FROM_ADDRESS:
        wait_s = int(throttle.CLOSED.total_seconds())
        answer = refusal(
            429, "temporarily_unavailable", "Too many registrations from this address. Try again later."
        )
        answer["Retry-After"] = str(wait_s)
        return answer
    forget_unused()
    try:
        name, redirect_uris = read_metadata(request.body)
        application = register(name, redirect_uris, source=Application.RegistrationSource.DCR)
    except NotRegisteredError as error:
        return refusal(400, error.code, str(error))
    return JsonResponse(as_metadata(application), status=201)


def read_metadata(body: bytes) -> tuple[str, list[str]]:
    """Name and redirect addresses. Whatever else a client asks for, it is registered as a public one."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise NotRegisteredError("invalid_client_metadata", "Send one JSON object.")
    name, uris = given.get("client_name", ""), given.get("redirect_uris")
    grants, responses = given.get("grant_types", GRANTS[:1]), given.get("response_types", ["code"])
    if not isinstance(uris, list) or not all(isinstance(uri, str) for uri in uris):
        raise NotRegisteredError("invalid_redirect_uri", "redirect_uris must be a list of addresses.")
    if not isinstance(name, str):
        raise NotRegisteredError("invalid_client_metadata", "client_name must be a text.")
    if not _lists(grants, "authorization_code") or not _lists(responses, "code"):
        raise NotRegisteredError(
            "invalid_client_metadata",
            "Only the grant type authorization_code and the response type code are offered.",
        )
    return name, uris


def _lists(given: Any, wanted: str) -> bool:
    return isinstance(given, list) and wanted in given


def as_metadata(application: Application) -> dict[str, Any]:
    return {
        "client_id": application.client_id,
        "client_id_issued_at": int(application.created.timestamp()),
        "client_name": application.name,
        "redirect_uris": application.redirect_uris.split(),
        "grant_types": GRANTS,
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }


def forget_unused() -> None:
    """Registrations that no person ever let in."""
    of_it = Access.objects.filter(application=OuterRef("client_id"))
    Application.objects.filter(
        ~Exists(of_it),
        registration_source=Application.RegistrationSource.DCR,
        created__lt=timezone.now() - UNUSED,
    ).delete()


def refusal(status: int, code: str, sentence: str) -> JsonResponse:
    return JsonResponse({"error": code, "error_description": sentence}, status=status)
