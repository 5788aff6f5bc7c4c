"""Our own static files, answered before Django: they need no session, no person and no database."""

from collections.abc import Awaitable, Callable
from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from servestatic import ServeStaticASGI

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def with_static_files(app: Callable[..., Awaitable[None]]) -> ServeStaticASGI:
    """Answers for every file that the apps and `static/` have now; the rest is the app's."""
    files = ServeStaticASGI(app, allow_all_origins=False, add_headers_function=lock_down)
    for finder in reversed(list(get_finders())):  # the first finder's file wins
        for path, storage in finder.list(None):
            files.add_file_to_dictionary(settings.STATIC_URL + path, storage.path(path))
    return files


def lock_down(headers: Headers, path: str, url: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
