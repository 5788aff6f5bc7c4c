from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from console.audit import offline_verify, showing
from console.audit.checkpoints import signing_key
from console.audit.export import begin_export
from console.audit.forms import ChoiceForm
from console.audit.models import Checkpoint, Entry, PersonalDatum
from console.audit.verification import KEY_WITHIN_REACH, verify_and_record
from console.ui.pages import CURSORS, keyset_page

PAGE = 100
CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}

can_read = permission_required("audit.read", raise_exception=True)
can_export = permission_required("audit.export", raise_exception=True)


@require_GET
@can_read
def log(request: HttpRequest) -> HttpResponse:
    is_fragment = request.htmx and not request.htmx.boosted
    return render(request, "audit/_log.html" if is_fragment else "audit/log.html", log_context(request))


@require_GET
@can_read
def entry(request: HttpRequest, seq: int) -> HttpResponse:
    """One entry: its drawer alone for htmx, else the page with the drawer open and the list around it."""
    context = entry_context(get_object_or_404(Entry, seq=seq))
    if request.htmx and not request.htmx.boosted:
        return render(request, "audit/_entry.html", context)
    return render(request, "audit/log.html", {**log_context(request, around=seq), **context})


@require_GET
@can_read
def newer(request: HttpRequest) -> HttpResponse:
    """The table's first heading again with what was added since; rows already on screen stay untouched."""
    since = number(request.GET.get("since", ""))
    chosen = Entry.objects.filter(ChoiceForm(request.GET).choice().condition(), seq__gt=since)
    added = list(chosen.order_by("seq")[:PAGE])[::-1]
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = timezone.localdate()
    top = (showing.local_day(added[0]) if added else None) or day
    context = {
        "rows": list(showing.rows(added, after=top)),
        "top_day": top,
        "top_seq": added[0].seq if added else since,
        "old_day": day if top != day else None,
        "query": query(request),
    }
    return render(request, "audit/_newer.html", context)


@require_POST
@can_read
def verify(request: HttpRequest) -> HttpResponse:
    report = verify_and_record(actor=request.user)
    if report.is_whole:
        messages.success(request, f"Chain whole: {report.walk.entries:,} entries.")
    else:
        messages.error(request, report.sentence)
    return redirect("audit:log")


@require_GET
@can_export
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The chosen entries as a file, sent while it is read. A broken chain must be acknowledged first."""
    choice = ChoiceForm(request.GET).choice()
    if showing.badge().is_broken and request.GET.get("acknowledged") != "yes":
        return render(request, "audit/broken.html", {"kind": kind, "query": query(request)}, status=409)
    prepared = begin_export(choice, kind=kind, actor=request.user)
    pieces = prepared.pieces()
    body = in_threads(pieces) if isinstance(request, ASGIRequest) else pieces
    headers = {"Content-Disposition": f'attachment; filename="{prepared.filename}"', **prepared.headers}
    return StreamingHttpResponse(body, content_type=CONTENT_TYPES[kind], headers=headers)


@require_GET
@can_read
def verifier(request: HttpRequest) -> HttpResponse:
    """The offline verifier, to be kept beside an export."""
    headers = {"Content-Disposition": 'attachment; filename="verify.py"'}
    source = Path(offline_verify.__file__).read_bytes()
    return HttpResponse(source, content_type="text/x-python; charset=utf-8", headers=headers)


def number(text: str) -> int:
    """An entry's number as a page sends it back; 0 for anything else."""
    return int(text) if text.isdecimal() and len(text) < 18 else 0


async def in_threads(pieces: Iterator[str]) -> AsyncIterator[str]:
    """The pieces one by one; Django would otherwise gather a whole synchronous answer in memory."""
    while (piece := await sync_to_async(next)(pieces, None)) is not None:
        yield piece


def log_context(request: HttpRequest, *, around: int | None = None) -> dict:
    form = ChoiceForm(request.GET)
    chosen = Entry.objects.filter(form.choice().condition())
    if around is not None:
        chosen = chosen.filter(seq__lte=around + PAGE // 10)
    page = keyset_page(chosen, request.GET, order=("-seq",), size=PAGE)
    top = (showing.local_day(page.rows[0]) if page.rows else None) or timezone.localdate()
    last = Checkpoint.objects.last()
    return {
        "form": form,
        "kinds": showing.KINDS,
        "page": page,
        "rows": list(showing.rows(page.rows, after=top)),
        "top_day": top,
        "top_seq": page.rows[0].seq if page.rows else 0,
        "is_newest": around is None and not any(name in request.GET for name in CURSORS),
        "is_filtered": bool(form.choice()),
        "badge": showing.badge(),
        "checkpoint": last,
        "checkpoint_note": KEY_WITHIN_REACH if last and signing_key() else "",
        "query": query(request),
        "here": reverse("audit:log"),
    }


def entry_context(shown: Entry) -> dict:
    near = Entry.objects.filter(seq__range=(shown.seq - 1, shown.seq + 1)).order_by("seq")
    return {
        "entry": shown,
        "row": showing.Row(shown, None),
        "neighbours": list(near),
        "before": fields(shown.before_json),
        "after": fields(shown.after_json),
        "personal": personal(shown),
    }


def personal(shown: Entry) -> list[tuple[str, str | None]]:
    """Erasable values by name, None for what was erased."""
    values = dict(PersonalDatum.objects.filter(entry_seq=shown.seq).values_list("name", "value"))
    return [(name, values.get(name)) for name in shown.personal]


def fields(json_text: str) -> str:
    return "" if json_text == "null" else showing.pretty(json_text)


def query(request: HttpRequest) -> str:
    """The filter of this page as a query string, without cursors and what belongs to one fragment."""
    params = request.GET.copy()
    for name in (*CURSORS, "since", "day", "acknowledged"):
        params.pop(name, None)
    return params.urlencode()
