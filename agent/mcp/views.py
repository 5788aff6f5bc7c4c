"""The pages of access tokens: which there are, a new one, what each was used for."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agent.mcp import tokens
from agent.mcp.filters import PROPOSE, READ, Filter, tools_under
from agent.mcp.forms import TokenForm
from agent.mcp.http import PATH
from agent.mcp.models import Access, Call
from agent.mcp.setups import setups_for
from console.accounts.models import Person
from console.ui.pages import keyset_page

CALLS_A_PAGE = 50


@require_safe
def access_list(request: HttpRequest) -> HttpResponse:
    is_fragment = request.htmx and not request.htmx.boosted
    return render(request, "mcp/_table.html" if is_fragment else "mcp/list.html", listing(request))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_token(request: HttpRequest) -> HttpResponse:
    """The list with the form beside it; then the secret, once."""
    form = TokenForm(request.user, request.POST or None) if request.method == "POST" else None
    if form is None or not form.is_valid():
        form = form or TokenForm(request.user)
        context = {**listing(request), "form": form, **matches(form)}
        return render(request, "mcp/list.html", context, status=422 if request.method == "POST" else 200)
    made = tokens.make_token(form.cleaned_data["person"], form.choice(), actor=request.user)
    setups = setups_for(made, request.build_absolute_uri(PATH))
    return render(request, "mcp/made.html", {"made": made, "access": made.access, "setups": setups})


@require_safe
def matching(request: HttpRequest) -> HttpResponse:
    """How many tools the choices of the form come to, and which."""
    return render(request, "mcp/_matching.html", matches(TokenForm(request.user, request.GET)))


@require_safe
def access_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One access and its calls, newest first; for htmx the calls alone."""
    access = access_for(request.user, pk)
    calls = Call.objects.filter(access=access)
    page = keyset_page(calls, request.GET, order=("-at", "-id"), size=CALLS_A_PAGE)
    context = {"access": access, "page": page, "may_end": may_end(access, request.user)}
    is_fragment = request.htmx and not request.htmx.boosted
    return render(request, "mcp/_calls.html" if is_fragment else "mcp/detail.html", context)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    access = access_for(request.user, pk)
    tokens.revoke(access, actor=request.user)
    messages.success(request, f"{access.name} is revoked. Its next request is turned away.")
    return redirect("mcp:list")


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    access = access_for(request.user, pk)
    if tokens.remove(access, actor=request.user):
        messages.success(request, f"{access.name} is off the list. What it did stays in the log.")
    else:
        messages.error(request, f"{access.name} still holds, or is off the list already. Revoke it first.")
    return redirect("mcp:list")


def may_end(access: Access, person: Person) -> bool:
    return access.person_id == person.pk or tokens.may_manage(person)


def accesses_for(person: Person) -> QuerySet[Access]:
    """One's own, and all of them for whoever manages connections."""
    every = Access.objects.select_related("person", "made_by", "revoked_by").prefetch_related("connections")
    return every if tokens.may_manage(person) else every.filter(person=person)


def access_for(person: Person, pk: int) -> Access:
    return get_object_or_404(accesses_for(person), pk=pk)


def listing(request: HttpRequest) -> dict[str, Any]:
    shown = accesses_for(request.user).filter(removed_at=None)
    return {
        "page": keyset_page(shown, request.GET, order=("-made_at", "-id")),
        "may_manage": tokens.may_manage(request.user),
    }


def matches(form: TokenForm) -> dict[str, Any]:
    every = Filter(frozenset({READ, PROPOSE}), None, None)
    return {"matching": tools_under(form.filter()), "total": len(tools_under(every))}
