from django.urls import include, path

from console.overview.views import healthz

urlpatterns = [
    path("", include("console.overview.urls")),
    path("", include("console.accounts.urls")),
    path("approvals/", include("console.approvals.urls")),
    path("audit/", include("console.audit.urls")),
    path("imports/", include("console.imports.urls")),
    path("connections/", include("console.connections.urls")),
    path("", include("console.mirror.urls")),
    path("chat/", include("agent.urls")),
    path("", include("agent.mcp.oauth.urls")),
    path("access-tokens/", include("agent.mcp.urls")),
    path("healthz", healthz, name="healthz"),
]
