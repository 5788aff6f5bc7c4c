from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from console.mirror.answers import read_at
from console.overview import cash_flow as flows
from console.overview import concerns, health, queries, weeks


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    now = timezone.localtime()
    freshness = queries.freshness()
    receivables = queries.receivables(request.GET.get("currency", ""))
    context = {
        "now": now,
        "zone": timezone.get_current_timezone_name(),
        "concerns": concerns.concerns_of(request.user, freshness),
        "receivables": receivables,
        "weeks": weeks.invoiced_by_week(receivables.currency) if receivables else None,
        "freshness": queries.gathered(freshness),
        "executed": queries.executed(),
    }
    is_fragment = request.htmx and not request.htmx.boosted
    return render(request, "overview/_home.html" if is_fragment else "overview/home.html", context)


@require_GET
def cash_flow(request: HttpRequest) -> HttpResponse:
    context = {
        "flow": flows.cash_flow(request.GET.get("currency", "")),
        "read_at": read_at(["invoice", "bill"]),
        "now": timezone.localtime(),
    }
    is_fragment = request.htmx and not request.htmx.boosted
    template = "overview/_cash_flow.html" if is_fragment else "overview/cash_flow.html"
    return render(request, template, context)


@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/_waiting.html")


@require_GET
def sync_ages(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/_sync_ages.html")


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """For the machine that watches: 200 when all is well, else 503 with what is wrong."""
    findings = health.look()
    is_well = not any(findings.values())
    checks = {name: problems or "ok" for name, problems in findings.items()}
    return JsonResponse(
        {"status": "ok" if is_well else "failing", "checks": checks}, status=200 if is_well else 503
    )
