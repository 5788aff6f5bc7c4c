"""What a client reads before it signs in: where, by what means, and for which address."""

from django.http import HttpRequest
from oauth2_provider.views import OAuthProtectedResourceMetadataView

from agent.mcp.oauth import addresses
from agent.mcp.oauth.scopes import EFFECTS


class ProtectedResource(OAuthProtectedResourceMetadataView):
    """RFC 9728; the same document at both of its addresses, as there is one server."""

    http_method_names = ["get", "head"]

    def get_resource(self, request: HttpRequest) -> str:
        return addresses.resource(request)

    def get_scopes_supported(self) -> list[str]:
        """What most clients should ask for. The filters beyond it stand in the other document."""
        return list(EFFECTS)
