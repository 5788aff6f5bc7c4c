from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from kombu.exceptions import OperationalError

from console.connections.models import Connection
from console.connections.queries import cards, may_sync
from console.mirror.tasks import sync


@require_safe
def connection_list(request: HttpRequest) -> HttpResponse:
    context = {"cards": cards(), "may_sync": may_sync(request.user)}
    return render(request, "connections/list.html", context)


@require_safe
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """One connection as it stands now: what its live hints fetch."""
    found = cards(pk)
    if not found:
        raise Http404
    return render(request, "connections/_card.html", {"card": found[0], "may_sync": may_sync(request.user)})


@require_POST
def sync_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for everything of one connection to be read; a worker does it."""
    connection = get_object_or_404(Connection, pk=pk)
    if not may_sync(request.user):
        raise PermissionDenied
    try:
        sync.delay(connection.pk)
    except OperationalError:
        messages.error(request, "The job queue does not answer. Nothing was started; try again.")
    else:
        messages.success(request, f"Reading {connection.name} starts.")
    return redirect("connections:list")
