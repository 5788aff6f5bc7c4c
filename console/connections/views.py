from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from kombu.exceptions import OperationalError

from console.accounts.models import Person
from console.connections import pausing
from console.connections.models import Connection
from console.connections.queries import cards, may_sync
from console.mirror.tasks import sync


@require_safe
def connection_list(request: HttpRequest) -> HttpResponse:
    return render(request, "connections/list.html", {"cards": cards(), **rights(request.user)})


@require_safe
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """One connection as it stands now: what its live hints fetch."""
    found = cards(pk)
    if not found:
        raise Http404
    return render(request, "connections/_card.html", {"card": found[0], **rights(request.user)})


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


@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """The kill switch: from here on nothing is sent to this vendor."""
    connection = get_object_or_404(Connection, pk=pk)
    if not pausing.may_pause(request.user):
        raise PermissionDenied
    pausing.pause(connection, actor=request.user)
    messages.success(request, f"Changes to {connection.name} are paused.")
    return redirect("connections:list")


@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=pk)
    if not pausing.may_pause(request.user):
        raise PermissionDenied
    try:
        pausing.resume(connection, actor=request.user)
    except pausing.OwnPauseError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Changes to {connection.name} run again.")
    return redirect("connections:list")


def rights(person: Person) -> dict[str, bool]:
    return {"may_sync": may_sync(person), "may_pause": pausing.may_pause(person)}
