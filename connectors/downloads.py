"""A file that a vendor keeps, by the link that it tells: the session, pace and places of every other read."""

from functools import partial
from urllib.parse import urlsplit

from connectors.dialect import origin_of
from connectors.errors import BadReplyError
from connectors.rates import Priority
from connectors.requests import Request
from connectors.transport import Client, patiently

LARGEST = 20_000_000  # bytes


def download(client: Client, link: str, *, priority: Priority = Priority.PERSON) -> bytes:
    """The bytes, read whole, so that nobody else waits for a place while a slow browser takes them.

    Raises what `read` raises; BadReplyError also for a link that leads away from the vendor, which would be
    shown our session.
    """
    origin, title = origin_of(link), client.dialect.title
    if not origin or not client.dialect.is_own(client.account, origin):
        raise BadReplyError(f"{title} says that the file is at an address that is not its own.", vendor=title)
    parts = urlsplit(link)
    request = Request("GET", parts.path, parts.query, "", "")
    exchange = partial(client.fetched, request, origin, priority=priority)
    content = patiently(client, request, exchange, priority=priority)
    if len(content) > LARGEST:
        sentence = f"The file has {len(content):,} bytes, which is more than is shown here."
        raise BadReplyError(sentence, vendor=title)
    return content
