from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from connectors.errors import ArgumentsError, VendorError
from console.approvals import rows as records
from console.approvals.errors import AlreadyProposedError, ApprovalError
from console.approvals.models import Proposal
from console.approvals.wording import written_out
from console.audit import csv_cells
from console.imports import importing, results
from console.imports.checking import Checked, Row, check
from console.imports.columns import TEMPLATE, columns
from console.imports.forms import ProposeForm, UploadForm
from console.imports.models import Import
from console.imports.reading import UnreadableError

EXAMPLE = {
    "name": "Northwind Traders",
    "companyName": "Northwind Traders Inc.",
    "contactFirstName": "Ana",
    "contactLastName": "Ruiz",
    "email": "ana@northwind.example",
}


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """What was imported, newest first, and a form for another file."""
    found = importing.newest_for(request.user)
    if request.method == "POST":
        return keep(request, found)
    return render(request, "imports/list.html", {"form": UploadForm(), "imports": found})


@permission_required("approvals.propose", raise_exception=True)
def keep(request: HttpRequest, found: list[Import]) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        given, connection = form.cleaned_data["file"], form.cleaned_data["connection"]
        try:
            kept = importing.keep(
                actor=request.user, connection=connection, name=given.name, content=given.read()
            )
        except (UnreadableError, ApprovalError) as error:
            form.add_error("file", str(error))
        else:
            return redirect(kept)
    return render(request, "imports/list.html", {"form": form, "imports": found}, status=422)


@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """An empty file with the usual columns and one customer as an example."""
    lines = [[columns()[name].label for name in TEMPLATE], [EXAMPLE.get(name, "") for name in TEMPLATE]]
    text = results.BOM + "".join(csv_cells.row(map(csv_cells.text, line)) for line in lines)
    return as_download(HttpResponse(text, content_type="text/csv; charset=utf-8"), "customers.csv")


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A file row by row: before it is proposed with a form, and from then on with what became of each."""
    kept = importing.get_import_for(request.user, pk)
    checked = check(bytes(kept.content), kept.connection)
    proposal = importing.proposals_of(kept).first()
    if proposal and importing.is_taken_up(proposal):
        return show_results(request, kept, checked, proposal)
    if request.method == "POST":
        return propose(request, kept, checked)
    return show_preview(request, kept, checked, ended=proposal)


@permission_required("approvals.propose", raise_exception=True)
def propose(request: HttpRequest, kept: Import, checked: Checked) -> HttpResponse:
    form = ProposeForm(request.POST, rows=checked.rows)
    if not form.is_valid():
        return show_preview(request, kept, checked, form=form)
    try:
        proposal = importing.propose_rows(
            kept, form.chosen, actor=request.user, reason=form.cleaned_data["reason"]
        )
    except AlreadyProposedError as error:
        messages.info(request, str(error))
        return redirect("approvals:detail", error.proposal.pk)
    except (ApprovalError, ArgumentsError, VendorError) as error:
        return show_preview(request, kept, checked, form=form, problem=f"Nothing was proposed. {error}")
    messages.success(request, f"{proposal.number} waits for approval.")
    return redirect("approvals:detail", proposal.pk)


@require_safe
def not_made(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that were not made, to correct and import again."""
    kept = importing.get_import_for(request.user, pk)
    checked = check(bytes(kept.content), kept.connection)
    proposal = importing.proposals_of(kept).first()
    taken_up = proposal if proposal and importing.is_taken_up(proposal) else None
    lines = results.not_made(checked, results.results(checked, taken_up))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    return as_download(answer, f"{kept.number}-not-made.csv")


def show_preview(
    request: HttpRequest,
    kept: Import,
    checked: Checked,
    *,
    form: ProposeForm | None = None,
    ended: Proposal | None = None,
    problem: str = "",
) -> HttpResponse:
    ticked = {row.number for row in checked.rows if row.is_clean}
    if form is not None:
        ticked = {int(number) for number in form.data.getlist("row") if number.isdecimal()}
    context = {
        "kept": kept,
        "checked": checked,
        "form": form,
        "ended": ended,
        "problem": problem,
        "lines": [(row, row.number in ticked, cells_of(row, checked)) for row in checked.rows],
        "clean": sum(row.is_clean for row in checked.rows),
    }
    return render(request, "imports/preview.html", context, status=422 if form is not None else 200)


def show_results(request: HttpRequest, kept: Import, checked: Checked, proposal: Proposal) -> HttpResponse:
    found = results.results(checked, proposal)
    version = results.version_of(found, proposal)
    if request.GET.get("v") == version:
        return HttpResponse(status=204)
    context = {
        "kept": kept,
        "checked": checked,
        "proposal": proposal,
        "version": version,
        "counted": records.counted(proposal.steps.all()),
        "lines": [(one, cells_of(one.row, checked)) for one in found],
        "not_made": sum(one.fate in results.NOT_MADE for one in found),
    }
    is_fragment = request.htmx and not request.htmx.boosted
    return render(request, "imports/_results.html" if is_fragment else "imports/results.html", context)


def cells_of(row: Row, checked: Checked) -> list[str]:
    return [written_out(row.values.get(column.argument, "")) for column in checked.columns]


def as_download(answer: HttpResponse, name: str) -> HttpResponse:
    answer["Content-Disposition"] = content_disposition_header(True, name)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
