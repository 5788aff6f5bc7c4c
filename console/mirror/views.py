from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from connectors.errors import ArgumentsError, VendorError
from console.mirror import adding, details, lists, papers
from console.mirror.listings import Listing
from console.mirror.models import Record, Subscription
from console.mirror.offers import actions_for
from console.mirror.queries import get_record_for
from console.mirror.refresh import read_again


@require_safe
@vary_on_headers("HX-Request", "HX-Target")
def record_list(request: HttpRequest, listing: Listing) -> HttpResponse:
    context = lists.show(listing, request.GET) | {"new": adding.button(listing.model)}
    template = "mirror/_list.html" if request.htmx.target == "records" else "mirror/list.html"
    return render(request, template, context)


@require_safe
@vary_on_headers("HX-Request")
def record_detail(request: HttpRequest, pk: int, model: type[Record]) -> HttpResponse:
    """A record's page. With ?read it is read at the vendor first; ?v= names the version a page has."""
    record = get_record_for(request.user, model, pk)
    problem = read_again(record) if "read" in request.GET else ""
    context = details.around(record) | {
        "record": record,
        "problem": problem,
        "actions": actions_for(request.user, record),
    }
    context["fills_in"] = context["is_thin"] and "read" not in request.GET
    if context["version"] == request.GET.get("v"):
        return HttpResponse(status=204)
    is_fragment = request.htmx and not request.htmx.boosted
    template = f"mirror/_{model.KIND}.html" if is_fragment else f"mirror/{model.KIND}_detail.html"
    return render(request, template, context)


@require_safe
@vary_on_headers("HX-Request")
def subscription_now(request: HttpRequest, pk: int) -> HttpResponse:
    """What the vendor tells now and the mirror does not keep; a page asks for it once it is open."""
    record = get_record_for(request.user, Subscription, pk)
    if record.connection.connector != "billsby":
        raise Http404
    context = {"record": record, **details.at_vendor(record)}
    template = "mirror/_subscription_now.html" if request.htmx else "mirror/now.html"
    return render(request, template, context)


@require_safe
@vary_on_headers("HX-Request")
def record_papers(request: HttpRequest, pk: int, model: type[Record]) -> HttpResponse:
    """The record's files as BILL lists them now, and one of them shown; asked for by its page."""
    record = get_paper_owner(request, model, pk)
    context: dict[str, Any] = {"record": record, "url": request.path}
    try:
        found = papers.papers_of(record)
        context |= {"papers": found, "shown": chosen(found, request.GET.get("show"))}
    except (VendorError, ArgumentsError) as error:
        context["problem"] = str(error)
    return render(request, "mirror/_papers.html" if request.htmx else "mirror/papers.html", context)


def get_paper_owner(request: HttpRequest, model: type[Record], pk: int) -> Record:
    record = get_record_for(request.user, model, pk)
    if not papers.has_papers(record):
        raise Http404
    return record


def chosen(found: list[papers.Paper], key: str | None) -> papers.Paper | None:
    return next((paper for paper in found if paper.key == key), found[0] if found else None)


@require_safe
@xframe_options_sameorigin
@csp(
    {
        "default-src": [NONE],
        "img-src": ["data:"],
        "style-src": [SELF],
        "frame-ancestors": [SELF],
        "sandbox": True,
    }
)
def record_paper(request: HttpRequest, pk: int, model: type[Record], key: str) -> HttpResponse:
    """One file, to stand in a frame of the record's page: the bytes, or why there are none.

    Whatever is in it runs nothing and belongs to no site. A picture stands in a page of ours, that it fits.
    """
    record = get_paper_owner(request, model, pk)
    try:
        opened = papers.open_paper(record, key)
    except (VendorError, ArgumentsError) as error:
        return render(request, "mirror/paper.html", {"problem": str(error)}, status=502)
    if opened is None:
        return render(
            request, "mirror/paper.html", {"problem": "BILL does not show it there any more."}, status=404
        )
    saves = "save" in request.GET
    if opened.is_picture and not saves:
        return render(request, "mirror/paper.html", {"opened": opened})
    response = HttpResponse(opened.content, content_type=opened.content_type)
    response["Content-Disposition"] = content_disposition_header(saves, opened.name)
    return response
