"""The addresses that clients are told. Their host is the one that was asked, among ALLOWED_HOSTS."""

from django.http import HttpRequest

from agent.mcp.oauth.scopes import EFFECTS

SERVER_PATH = "/mcp"
METADATA_PATH = f"/.well-known/oauth-protected-resource{SERVER_PATH}"


def issuer(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def resource(request: HttpRequest) -> str:
    """What every token of ours is for, and nothing else."""
    return issuer(request) + SERVER_PATH


def challenge(origin: str, *, error: str = "", sentence: str = "", scopes: tuple[str, ...] = ()) -> str:
    """The WWW-Authenticate header by which a client learns where to sign in, or what more to ask for.

    origin: https://host of the request. error: as RFC 6750 names it. sentence: plain ASCII without quotes.
    """
    told = {
        "error": error,
        "error_description": sentence,
        "scope": " ".join(scopes or EFFECTS),
        "resource_metadata": origin + METADATA_PATH,
    }
    return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in told.items() if value)
