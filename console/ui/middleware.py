from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django_htmx.http import HttpResponseClientRefresh


class PrivatePages:
    """Keeps pages out of every cache, and fragments apart from pages.

    A fragment and its page share one URL, so without `Vary` the back button could show a bare fragment. A
    fragment asked for after the session ended must not swap the sign-in form into the page: the page reloads.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.headers.get("HX-Request") and leads_to_sign_in(response):
            response = HttpResponseClientRefresh()
        patch_vary_headers(response, ["HX-Request"])
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


def leads_to_sign_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and response.url.split("?")[0] == resolve_url(settings.LOGIN_URL)
