from collections.abc import Callable

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from console.accounts.models import Person
from console.approvals import deciding, files, freshness, presenting, queries
from console.approvals.errors import ApprovalError, NotAllowedError
from console.approvals.forms import ApproveForm, FileForm, RejectForm, SettleForm
from console.approvals.models import Proposal

TABS = ("needs", "others", "finished")
CONFIRMING = ("approve", "reject")


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The list, with nothing open yet."""
    return render(request, "approvals/inbox.html", _list_context(request))


@require_GET
def inbox_list(request: HttpRequest) -> HttpResponse:
    return render(request, "approvals/_list.html", _list_context(request))


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: as a fragment for htmx, else inside the inbox. ?v= names the version a page has."""
    proposal = queries.get_proposal_for(request.user, pk)
    return _detail(request, proposal)


@require_GET
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The proposal as it stands inside a chat."""
    proposal = queries.get_proposal_for(request.user, pk)
    return render(request, "approvals/_card.html", {"proposal": proposal, "person": request.user})


@require_GET
def checks(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the targets at the vendor now and say whether they are as proposed."""
    proposal = queries.get_proposal_for(request.user, pk)
    context = {
        "shown": presenting.shown_to(request.user, proposal),
        "proposal": proposal,
        "fresh": freshness.look_again(proposal),
    }
    return render(request, "approvals/_checks.html", context)


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, ApproveForm, deciding.approve)


@require_POST
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, RejectForm, deciding.reject, confirming="reject")


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, SettleForm, deciding.settle)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, forms.Form, deciding.withdraw)


@require_http_methods(["GET", "POST"])
@permission_required("approvals.propose", raise_exception=True)
def uploaded_files(request: HttpRequest) -> HttpResponse:
    """A person's files, newest first, and a form for another; a proposal names one by its number."""
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            files.store(actor=request.user, name=given.name, content=given.read())
        except ApprovalError as error:
            form.add_error("file", str(error))
        else:
            return redirect("approvals:files")
    context = {"form": form, "files": files.uploaded_by(request.user)}
    return render(request, "approvals/files.html", context, status=422 if form.errors else 200)


@require_GET
@csp_replace({"default-src": [NONE], "script-src": [NONE], "object-src": [SELF]})
def open_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The very bytes, shown apart from our pages: whatever is in them runs nothing here."""
    stored = files.get_file_for(request.user, pk)
    response = HttpResponse(bytes(stored.content), content_type=stored.content_type)
    response["Content-Disposition"] = content_disposition_header(False, stored.name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _decide(
    request: HttpRequest,
    pk: int,
    form_class: type[forms.Form],
    decide: Callable[..., Proposal],
    confirming: str = "",
) -> HttpResponse:
    """Run one decision on what the form carries; every refusal shows the proposal as it stands now."""
    proposal = queries.get_proposal_for(request.user, pk)
    form = form_class(request.POST)
    if not form.is_valid():
        return _detail(request, proposal, form=form, confirming=confirming, status=422)
    try:
        decide(proposal_id=pk, actor=request.user, **form.cleaned_data)
    except NotAllowedError as error:
        shown = _detail(request, queries.get_proposal_for(request.user, pk), problem=str(error), status=403)
        shown["HX-Retarget"] = "#detail"  # without it no page shows a 403
        return shown
    except ApprovalError as error:
        return _detail(request, queries.get_proposal_for(request.user, pk), problem=str(error), status=409)
    if not request.htmx:
        return redirect("approvals:detail", pk)
    return _detail(request, queries.get_proposal_for(request.user, pk))


def _detail(
    request: HttpRequest,
    proposal: Proposal,
    *,
    form: forms.Form | None = None,
    confirming: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    asked = confirming or request.GET.get("confirm", "")
    shown = presenting.shown_to(request.user, proposal)
    if request.GET.get("v") == shown.version:
        return HttpResponse(status=204)
    context = {
        "shown": shown,
        "proposal": proposal,
        "form": form,
        "problem": problem,
        "confirming": asked if asked in CONFIRMING and shown.may_decide else "",
    }
    if request.htmx and not request.htmx.boosted:
        return render(request, "approvals/_detail.html", context, status=status)
    return render(request, "approvals/inbox.html", _list_context(request, proposal) | context, status=status)


def _list_context(request: HttpRequest, proposal: Proposal | None = None) -> dict:
    person: Person = request.user
    needed = queries.needs(person)
    tab = request.GET.get("tab", "")
    if tab not in TABS:
        tab = _tab_of(person, proposal, bool(needed))
    groups = {"needs": lambda: needed, "others": lambda: queries.waiting_on_others(needed)}
    chosen = groups.get(tab, queries.finished)()
    for group in chosen:
        for row in group.rows:
            row.icon = presenting.kind_icon(row)
    open_pk = proposal.pk if proposal else request.GET.get("open", "")
    return {
        "tab": tab,
        "groups": chosen,
        "needed": sum(len(group.rows) for group in needed),
        "open_pk": str(open_pk),
        "person": person,
        "may_see": queries.may_see(person),
    }


def _tab_of(person: Person, proposal: Proposal | None, has_needs: bool) -> str:
    """The tab in which the open proposal stands, else the one with something to do."""
    if proposal is not None and not proposal.is_live:
        return "finished"
    return "needs" if has_needs or person.has_perm("approvals.decide") else "others"
