"""Mounted at the root. The library builds addresses by these names, so its namespace is kept.

Of its views only these: no management, no introspection, no OpenID, no device flow.
"""

from django.urls import path
from oauth2_provider.views import OAuthServerMetadataView

from agent.mcp.oauth import metadata, registering, views

app_name = "oauth2_provider"
urlpatterns = [
    path(
        ".well-known/oauth-protected-resource",
        metadata.ProtectedResource.as_view(),
        name="oauth-resource-metadata",
    ),
    path(
        ".well-known/oauth-protected-resource/mcp",
        metadata.ProtectedResource.as_view(),
        name="oauth-resource-metadata-mcp",
    ),
    path(
        ".well-known/oauth-authorization-server",
        OAuthServerMetadataView.as_view(),
        name="oauth-server-metadata",
    ),
    path("oauth/authorize", views.consent, name="authorize"),
    path("oauth/token", views.token, name="token"),
    path("oauth/revoke", views.revoke, name="revoke-token"),
    path("oauth/register", registering.register_itself, name="dcr-register"),
]
