from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from oauth2_provider.exceptions import FatalClientError, OAuthToolkitError
from oauth2_provider.models import Application
from oauth2_provider.oauth2_backends import get_oauthlib_core
from oauthlib.oauth2.rfc6749 import errors

from agent.mcp.oauth import redirects
from agent.mcp.oauth.asking import Asked, answer_with, code_for, read_asked, refusal_for
from agent.mcp.oauth.bearers import live_access
from agent.mcp.oauth.forms import ConsentForm
from agent.mcp.oauth.giving import give
from agent.mcp.oauth.scopes import Filters, filters_of, granted

UNKNOWN = "No such client is known here. Remove the connection where you came from, and make it again."
STRAY = "It wants its answer sent to an address that it never registered."
FATAL = {
    errors.InvalidClientIdError: UNKNOWN,
    errors.MissingClientIdError: UNKNOWN,
    errors.InvalidRedirectURIError: STRAY,
    errors.MismatchingRedirectURIError: STRAY,
    errors.MissingRedirectURIError: STRAY,
}
SENTENCES = {
    "invalid_scope": "It asks for something that does not exist here.",
    "invalid_target": "It asks for access to another server.",
}
MALFORMED = "Its request is incomplete or malformed."


@require_http_methods(["GET", "POST"])
def consent(request: HttpRequest) -> HttpResponse:
    """Whether a client is let in, and how far; everything it asked for stands in the page's address."""
    try:
        asked = read_asked(request)
    except FatalClientError as error:
        return cannot(request, error.oauthlib_error)
    except OAuthToolkitError as error:
        return cannot(request, error.oauthlib_error, error.oauthlib_error.redirect_uri)
    if request.method == "POST" and request.POST.get("answer") != "allow":
        return sent_back(refusal_for(request, asked))
    form = ConsentForm(filters_of(asked.scopes), request.user, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        return let_in(request, asked, form)
    return page(request, asked, form)


@csrf_exempt
@login_not_required
@sensitive_post_parameters()
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    _, headers, body, status = get_oauthlib_core().create_token_response(request)
    return as_json(headers, body, status)


@csrf_exempt
@login_not_required
@sensitive_post_parameters()
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    _, headers, body, status = get_oauthlib_core().create_revocation_response(request)
    return as_json(headers, body, status)


def as_json(headers: dict[str, str], body: str | None, status: int) -> HttpResponse:
    """The library names the kind of most answers, but not of all."""
    kind = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return HttpResponse(body or "", status=status, headers={**kind, **headers})


def let_in(request: HttpRequest, asked: Asked, form: ConsentForm) -> HttpResponse:
    choice = form.choice()
    give(request.user, asked.client, choice)
    left = Filters(
        effects=tuple(choice.effects),
        tags=tuple(choice.tags),
        connection_ids=tuple(one.pk for one in choice.connections),
    )
    return sent_back(code_for(request, asked, granted(asked.scopes, left)))


def page(request: HttpRequest, asked: Asked, form: ConsentForm) -> HttpResponse:
    context = {
        "form": form,
        "client": asked.client,
        "is_registered_by_hand": asked.client.registration_source == Application.RegistrationSource.MANUAL,
        "host": redirects.host_of(asked.redirect_uri),
        "is_own_computer": redirects.is_own_computer(asked.redirect_uri),
        "earlier": live_access(request.user, asked.client),
        "address": request.get_full_path(),
    }
    response = render(request, "mcp/consent.html", context, status=422 if form.is_bound else 200)
    # Browsers hold the redirect that answers a form to the same rule as the form.
    response._csp_update = {"form-action": [redirects.origin_of(asked.redirect_uri)]}
    return response


def cannot(request: HttpRequest, error: errors.OAuth2Error, redirect_uri: str = "") -> HttpResponse:
    """The reason, and a link back. Never a redirect by itself: anybody may have made the address."""
    context = {
        "sentence": FATAL.get(type(error)) or SENTENCES.get(error.error, MALFORMED),
        "detail": f"{error.error}: {error.description}" if error.description else error.error,
        "host": redirects.host_of(redirect_uri) if redirect_uri else "",
        "way_back": answer_with(request, redirect_uri, error) if redirect_uri else "",
    }
    return render(request, "mcp/cannot_let_in.html", context, status=400)


def sent_back(uri: str) -> HttpResponse:
    """Only ever to an address that the client registered, which `read_asked` made sure of."""
    return HttpResponseRedirect(uri)
