"""Forms that end in proposals: opening one, following what is typed, and filing it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from connectors.bill.mapping import HOME_CURRENCY
from connectors.errors import ArgumentsError, NotConfiguredError, VendorError
from connectors.registry import connector
from console.approvals import files
from console.approvals.errors import AlreadyProposedError, ApprovalError
from console.approvals.models import Proposal
from console.connections.clients import connection_for, understood
from console.connections.queries import is_trusted
from console.mirror import adding, paying
from console.mirror.actions import Action, propose_action
from console.mirror.forms import ActionForm, Line
from console.mirror.listings import LISTINGS
from console.mirror.models import Budget, Record, Vendor
from console.mirror.offers import ACTIONS, fits
from console.mirror.offers.spending import NEW_BUDGET
from console.mirror.offers.vendors import NEW_VENDOR
from console.mirror.paying import PayBillsForm
from console.mirror.queries import get_record_for
from console.mirror.refresh import read_again

LONGEST_NAME = 100  # as BILL says
TOLD = "told"  # the part of a form's page for which the vendor is asked


@permission_required("approvals.propose", raise_exception=True)
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request", "HX-Target")
def record_action(request: HttpRequest, pk: int, route: str) -> HttpResponse:
    """A form about a record that ends in a proposal. Opening it reads the record at the vendor."""
    action = ACTIONS[route]
    record = get_record_for(request.user, action.model, pk)
    if not action.is_about(record):
        raise Http404
    url = reverse(action.address, args=[record.pk])
    if request.method == "POST":
        return file_proposal(request, action, record, url=url)
    # A page that follows what is typed asks often, and must not make the vendor be asked.
    problem = "" if request.htmx else read_again(record)
    return open_action(request, action, record, url=url, problem=problem)


@permission_required("approvals.propose", raise_exception=True)
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request", "HX-Target")
def new_vendor(request: HttpRequest) -> HttpResponse:
    """A vendor that BILL does not have yet: its name first, which is looked up, then the rest."""
    name = " ".join(request.GET.get("name", "").split())
    try:
        connection = connection_for("bill")
    except NotConfiguredError as error:
        messages.error(request, str(error))
        return redirect("mirror:vendor-list")
    if not 1 <= len(name) <= LONGEST_NAME:
        context = {"name": name, "is_too_long": len(name) > LONGEST_NAME, "longest": LONGEST_NAME}
        return render(request, "mirror/new_vendor.html", context)
    url = f"{reverse('mirror:vendor-new')}?{urlencode({'name': name})}"
    vendor = Vendor(connection=connection, name=name)
    if request.method == "POST":
        return file_proposal(request, NEW_VENDOR, vendor, url=url)
    return open_action(request, NEW_VENDOR, vendor, url=url)


@permission_required("approvals.propose", raise_exception=True)
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request", "HX-Target")
def new_budget(request: HttpRequest) -> HttpResponse:
    """A budget of Spend & Expense that is not there yet."""
    try:
        budget = Budget(connection=connection_for("bill"), currency=HOME_CURRENCY)
    except NotConfiguredError as error:
        messages.error(request, str(error))
        return redirect("mirror:budget-list")
    url = reverse("mirror:budget-new")
    if request.method == "POST":
        return file_proposal(request, NEW_BUDGET, budget, url=url)
    return open_action(request, NEW_BUDGET, budget, url=url)


@permission_required("approvals.propose", raise_exception=True)
@require_safe
def choose_party(request: HttpRequest, beginning: adding.Beginning) -> HttpResponse:
    """Whose the new record shall be."""
    text = request.GET.get("q", "").strip()
    found = [(party, reverse(beginning.action.address, args=[party.pk])) for party in beginning.found(text)]
    context = {"beginning": beginning, "q": text, "found": found, "list": LISTINGS[beginning.party]}
    return render(request, "mirror/choose_party.html", context)


def open_action(
    request: HttpRequest, action: Action, record: Record, *, url: str, problem: str = ""
) -> HttpResponse:
    follows = bool(request.htmx) and request.htmx.target != TOLD
    given = {name: value for name, value in request.GET.items() if name not in action.secrets}
    form = action.form({**action.starts(record), **given}, record, asks_vendor=not follows)
    return show_action(request, form, url=url, problem=problem, tells=not follows)


def file_proposal(request: HttpRequest, action: Action, record: Record, *, url: str) -> HttpResponse:
    form = action.form(record=record, **answers(request))
    if "more" in form.data:
        return show_action(request, form, url=url, shows_errors=False)
    if not form.is_valid() or action.obstacle(record):
        return show_action(request, form, url=url, status=422)
    return filed(
        request,
        lambda: propose_action(action, form, actor=request.user),
        lambda problem: show_action(request, form, url=url, problem=form.worded(problem), status=422),
    )


def filed(
    request: HttpRequest, file: Callable[[], Proposal], show: Callable[[str], HttpResponse]
) -> HttpResponse:
    """On to the proposal, the new one or the one that is there; or the form again, with what was wrong."""
    try:
        proposal = file()
    except AlreadyProposedError as error:
        messages.info(request, str(error))
        return redirect("approvals:detail", error.proposal.pk)
    except (ApprovalError, ArgumentsError, VendorError) as error:
        return show(f"Nothing was proposed. {error}")
    messages.success(request, f"{proposal.number} waits for approval.")
    return redirect("approvals:detail", proposal.pk)


@permission_required("approvals.propose", raise_exception=True)
@require_http_methods(["GET", "POST"])
def pay_bills(request: HttpRequest) -> HttpResponse:
    """Bills that were selected in the list, paid together."""
    given = request.POST if request.method == "POST" else request.GET
    bills = paying.chosen_bills(given.getlist("bill"))
    left_out = [(bill, why) for bill in bills if (why := paying.why_not(bill))]
    payable = [bill for bill in bills if not paying.why_not(bill)]
    if problem := paying.not_together(payable, left_out):
        messages.error(request, problem)
        return redirect("mirror:bill-list")
    form = PayBillsForm(given.dict(), bills=payable)

    def show(problem: str = "", status: int = 200) -> HttpResponse:
        context = {
            "form": form,
            "left_out": left_out,
            "needs_trust": not is_trusted(payable[0].connection),
            "system": connector("bill").title,
            "shows_errors": request.method == "POST",
            "problem": problem or form.problem,
        }
        return render(request, "mirror/pay_bills.html", context, status=status)

    if request.method != "POST":
        return show()
    if not form.is_valid():
        return show(status=422)
    return filed(
        request,
        lambda: paying.propose_payments(form, actor=request.user),
        lambda problem: show(problem, status=422),
    )


def answers(request: HttpRequest) -> dict[str, Any]:
    """What was posted. A file is kept at once: whatever else is wrong, it need not be chosen again."""
    given, upload = request.POST.copy(), request.FILES.get("upload")
    if upload is None:
        return {"given": given}
    try:
        given["file"] = files.store(actor=request.user, name=upload.name, content=upload.read()).number
    except ApprovalError as error:
        return {"given": given, "refused": {"file": str(error)}}
    return {"given": given}


def show_action(
    request: HttpRequest,
    form: ActionForm,
    *,
    url: str,
    problem: str = "",
    tells: bool = True,
    shows_errors: bool | None = None,
    status: int = 200,
) -> HttpResponse:
    action, record = form.action, form.record
    is_open = fits(action, record) and not action.obstacle(record)
    context = {
        "action": action,
        "form": form,
        "record": record,
        "list": LISTINGS[action.model],
        "facts": f"mirror/_{action.model.KIND}_facts.html",
        "url": url,
        "back": record.get_absolute_url() if record.pk else LISTINGS[action.model].url,
        "button": action.says(form),
        "fits": fits(action, record),
        "obstacle": action.obstacle(record),
        "tells": action.tells is not None,
        "told": told(form) if action.tells and is_open and tells else [],
        "system": connector(action.connector).title,
        "needs_trust": action.wants_trust and not is_trusted(record.connection),
        "shows_errors": request.method == "POST" if shows_errors is None else shows_errors,
        "problem": problem or form.problem,
    }
    template = "mirror/_action.html" if request.htmx else "mirror/action.html"
    return render(request, template, context, status=status)


def told(form: ActionForm) -> list[Line]:
    """What the vendor says of it now; that it would not say is no reason not to propose."""
    record = form.record
    try:
        return understood(record.connection, lambda: form.action.tells(record, form.given))
    except (VendorError, ArgumentsError) as error:
        return [Line("Not known", str(error))]
