"""Where an answer may be sent: https, or http to a program on the person's own computer."""

from urllib.parse import SplitResult, urlsplit

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def is_safe(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return False
    if not parts.hostname or port == 0 or not (uri.isascii() and uri.isprintable()):
        return False  # a host in other letters could pass for one that people know
    if "@" in parts.netloc or "#" in uri or "\\" in uri:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_own_computer(uri))


def is_own_computer(uri: str) -> bool:
    return urlsplit(uri).hostname in LOOPBACK


def host_of(uri: str) -> str:
    return _authority(urlsplit(uri))


def origin_of(uri: str) -> str:
    """For the page's policy: browsers hold a form's redirects to it too."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{_authority(parts)}"


def _authority(parts: SplitResult) -> str:
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return f"{host}:{parts.port}" if parts.port else host
