from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from console import demo
from console.accounts import throttle
from console.accounts.forms import SignInForm
from console.ui.context import THEME_COOKIE, THEMES

YEAR_S = 365 * 24 * 3600


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    target = safe_target(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(target)
    form = SignInForm(request, data=request.POST or None)
    username, address = request.POST.get("username", ""), request.META.get("REMOTE_ADDR", "")
    if request.method == "POST" and throttle.is_closed(username, address):
        form = SignInForm(request, initial={"username": username})
        return page(request, form, target, status=429, is_closed=True)
    if request.method == "POST" and form.is_valid():
        throttle.forget(username, address)
        login(request, form.get_user())
        return redirect(target)
    if request.method == "POST":
        throttle.count_failure(username, address)
    return page(request, form, target, status=422 if request.method == "POST" else 200)


def page(
    request: HttpRequest, form: SignInForm, target: str, *, status: int, is_closed: bool = False
) -> HttpResponse:
    context = {"form": form, "next": target, "is_closed": is_closed}
    if settings.DEMO:
        context["demo_people"] = demo.PEOPLE
    return render(request, "accounts/sign_in.html", context, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Pin a theme, or follow the system again; a cookie, so that the server renders it without a flash."""
    path = urlsplit(request.headers.get("Referer", "")).path
    response = redirect(safe_target(request, path))
    choice = request.POST.get("theme")
    if choice in THEMES:
        response.set_cookie(
            THEME_COOKIE, choice, max_age=YEAR_S, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response


def safe_target(request: HttpRequest, target: str) -> str:
    """Where to go next: only a path of this site, never one that an attacker put into the link."""
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    # Without the slash `redirect` would take it for the name of a route.
    return target if is_ours and target.startswith("/") else resolve_url(settings.LOGIN_REDIRECT_URL)
