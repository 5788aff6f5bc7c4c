from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from kombu.exceptions import OperationalError

from connectors.catalogue import connector_names
from connectors.dialect import parse_json
from connectors.errors import ArgumentsError, NotConfiguredError, VendorError
from connectors.registry import connector, connectors
from console.accounts.models import Person
from console.approvals.errors import AlreadyProposedError, BlockedError, NotAllowedError
from console.approvals.proposing import Origin, StepDraft, propose
from console.connections import connecting, pausing, trust, watching, webhooks
from console.connections.forms import CodeForm, ConnectionForm, CredentialsForm
from console.connections.models import Connection, Webhook
from console.connections.queries import cards, may_sync
from console.mirror import gone
from console.mirror.models import Sync
from console.mirror.sync import stop
from console.mirror.tasks import sync

LARGEST_EVENT = 65_536  # bytes; a hundred times what one has


@require_safe
def connection_list(request: HttpRequest) -> HttpResponse:
    vendors = [{"name": one.name, "title": one.title} for one in connectors()]
    context = {"cards": cards(), "vendors": vendors, **rights(request.user)}
    return render(request, "connections/list.html", context)


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
def stop_sync(request: HttpRequest, pk: int) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=pk)
    if not may_sync(request.user):
        raise PermissionDenied
    if stop(connection, actor=request.user):
        messages.success(request, f"Reading {connection.name} stops; the next one goes on from there.")
    else:
        messages.info(request, f"Nothing was being read from {connection.name}.")
    return redirect("connections:list")


@require_POST
def agree_gone(request: HttpRequest, pk: int) -> HttpResponse:
    """The missing records of a held sync are gone indeed; a worker marks them, asking for each once more."""
    run = get_object_or_404(Sync.objects.select_related("connection"), pk=pk)
    if not pausing.may_pause(request.user):
        raise PermissionDenied
    try:
        gone.agree(run, actor=request.user)
        sync.delay(run.connection_id)
    except gone.NothingToAgreeError as error:
        messages.error(request, str(error))
    except OperationalError:
        messages.error(request, "Noted; the job queue does not answer, so the next reading marks them.")
    else:
        messages.success(request, f"The missing {run.words} are asked for once more and then marked as gone.")
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


@require_safe
def events(request: HttpRequest, pk: int) -> HttpResponse:
    """The address and the secret that the vendor must be given, for whoever manages connections."""
    connection = managed(request, pk)
    context = {
        "connection": connection,
        "webhook": Webhook.objects.filter(connection=connection).first(),
        "ways": connector(connection.connector).webhooks,
        "title": connector(connection.connector).title,
        "secret": webhooks.secret_of(connection),
    }
    return render(request, "connections/events.html", context)


@require_POST
def make_events_address(request: HttpRequest, pk: int) -> HttpResponse:
    """A new address and secret; events to the old ones are refused from now on."""
    connection = managed(request, pk)
    try:
        webhooks.make_address(connection, actor=request.user)
    except NotConfiguredError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{connection.name} has a new address for events.")
    return redirect("connections:events", pk)


def managed(request: HttpRequest, pk: int) -> Connection:
    """A connection that sends events, for whoever manages connections."""
    if not request.user.has_perm("connections.manage"):
        raise PermissionDenied
    connection = get_object_or_404(Connection, pk=pk)
    if connector(connection.connector).webhooks is None:
        raise Http404
    return connection


@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest, vendor: str) -> HttpResponse:
    """A form for another account at a vendor; what it is given is tried out before it is kept."""
    if not request.user.has_perm("connections.manage"):
        raise PermissionDenied
    if vendor not in connector_names():
        raise Http404
    form = ConnectionForm(vendor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = connecting.connect(
                vendor,
                name=form.cleaned_data["name"],
                base_url=form.cleaned_data["base_url"],
                bases=form.bases(),
                given=form.given(),
                actor=request.user,
            )
        except VendorError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{made.name} is connected.")
            return redirect("connections:list")
    heading = f"Connect {connector(vendor).title}"
    return credentials_page(request, form, heading=heading, url=reverse("connections:connect", args=[vendor]))


@require_http_methods(["GET", "HEAD", "POST"])
def credentials(request: HttpRequest, pk: int) -> HttpResponse:
    """A form for other credentials of a connection; none of those it has is shown."""
    if not request.user.has_perm("connections.manage"):
        raise PermissionDenied
    connection = get_object_or_404(Connection, pk=pk)
    form = CredentialsForm(connection.connector, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            connecting.replace_credentials(connection, form.given(), actor=request.user)
        except VendorError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{connection.name} uses its new credentials.")
            return redirect("connections:list")
    heading = f"Credentials of {connection.name}"
    return credentials_page(request, form, heading=heading, url=reverse("connections:credentials", args=[pk]))


def credentials_page(request: HttpRequest, form: CredentialsForm, *, heading: str, url: str) -> HttpResponse:
    context = {"form": form, "heading": heading, "url": url}
    return render(request, "connections/credentials.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a person enters the code that the vendor sent, and sees how long it is remembered."""
    connection = trusting(request, pk)
    challenge = request.session.get(challenge_key(pk), "")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and challenge and form.is_valid():
        try:
            trust.enter_code(connection, challenge, form.cleaned_data["code"], actor=request.user)
        except VendorError as error:
            form.add_error("code", str(error))
        else:
            del request.session[challenge_key(pk)]
            messages.success(request, f"{connection.name} is trusted again.")
            return redirect("connections:list")
    context = {
        "connection": connection,
        "title": connector(connection.connector).title,
        "days": connector(connection.connector).second_factor.remembered_days,
        "form": form,
        "was_sent": bool(challenge),
    }
    return render(request, "connections/trust.html", context, status=422 if form.errors else 200)


@require_POST
def ask_for_code(request: HttpRequest, pk: int) -> HttpResponse:
    connection = trusting(request, pk)
    try:
        request.session[challenge_key(pk)] = trust.send_code(connection, actor=request.user)
    except VendorError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The code is on its way to the phone of the connection's user.")
    return redirect("connections:trust", pk)


def trusting(request: HttpRequest, pk: int) -> Connection:
    """A connection whose vendor knows a second factor, for whoever manages connections."""
    if not request.user.has_perm("connections.manage"):
        raise PermissionDenied
    connection = get_object_or_404(Connection, pk=pk)
    if connector(connection.connector).second_factor is None:
        raise Http404
    return connection


def challenge_key(pk: int) -> str:
    return f"code-asked-for-{pk}"


@require_POST
def propose_events(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose what must be done for a vendor's events to come in: subscribe, switch on, renew a key."""
    connection = get_object_or_404(Connection.objects.select_related("webhook"), pk=pk)
    if not request.user.has_perm("approvals.propose"):
        raise PermissionDenied
    address = request.build_absolute_uri(events_path(connection)) if events_path(connection) else ""
    try:
        if address and watching.subscribing(connection):
            watching.look(connection)
        wanted = watching.need(connection, address)
        if wanted is None:
            messages.info(request, f"Nothing has to be done for events from {connection.name}.")
            return redirect("connections:list")
        proposal = propose(
            actor=request.user,
            steps=[StepDraft(wanted.operation, wanted.arguments)],
            reason=f"{wanted.words}: {connection.name} tells us of changes as they happen.",
            origin=Origin("form", "connections"),
            connection=connection,
        )
    except AlreadyProposedError as held:
        messages.info(request, str(held))
        return redirect("approvals:detail", held.proposal.pk)
    except (VendorError, ArgumentsError, BlockedError, NotAllowedError) as error:
        messages.error(request, str(error))
        return redirect("connections:list")
    return redirect("approvals:detail", proposal.pk)


def events_path(connection: Connection) -> str:
    """Where its events come in; nothing while it has no address for them."""
    webhook = getattr(connection, "webhook", None)
    return reverse("connections:receive-event", args=[webhook.path]) if webhook else ""


@csrf_exempt  # the vendor has no session; it has the path and the secret
@login_not_required
@require_POST
def receive_event(request: HttpRequest, path: str) -> HttpResponse:
    """Take in what a vendor sends by itself. A wrong path and a wrong secret are told alike."""
    webhook = Webhook.objects.select_related("connection").filter(path=path).first()
    if webhook is None:
        return plainly(403)
    ways = connector(webhook.connection.connector).webhooks
    body = request.read(LARGEST_EVENT + 1)
    if len(body) > LARGEST_EVENT:
        return plainly(413)
    if not webhooks.is_proven(webhook.connection, request.headers.get(ways.header, ""), body):
        webhooks.count_refusal(webhook)
        return plainly(ways.refused)
    try:
        # The vendor's own test may come without a body: then there is nothing to keep.
        event = ways.event(parse_json(body.decode())) if body else None
    except ValueError:
        return plainly(400)
    webhooks.note_heard(webhook)
    if event:
        webhooks.keep(webhook.connection, event)
    return plainly(200)


def plainly(status: int) -> HttpResponse:
    return HttpResponse(f"{HTTPStatus(status).phrase}\n", status=status, content_type="text/plain")


def rights(person: Person) -> dict[str, bool]:
    return {
        "may_sync": may_sync(person),
        "may_pause": pausing.may_pause(person),
        "may_manage": person.has_perm("connections.manage"),
        "may_propose": person.has_perm("approvals.propose"),
    }
