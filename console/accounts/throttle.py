"""Slows down guessing: after some wrong passwords a name is closed for a while, soonest to one address.

Counted in the database, because that is the one memory all server processes share.
"""

from datetime import timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from django.db.models import F
from django.utils import timezone

from console.accounts.models import WrongPasswords

TRIES = 10  # for one name from one address
TRIES_FOR_NAME = 50  # from wherever; more, so that a stranger cannot lock somebody out with a few
TRIES_FROM_ADDRESS = 100  # for whatever names
CLOSED = timedelta(minutes=5)


def is_closed(username: str, address: str) -> bool:
    limits = headings(username, address)
    counted = WrongPasswords.objects.filter(heading__in=limits, since__gt=timezone.now() - CLOSED)
    return any(count >= limits[heading] for heading, count in counted.values_list("heading", "count"))


def count_failure(username: str, address: str) -> None:
    for heading in headings(username, address):
        _count(heading)


def count(*parts: str) -> int:
    """Count something else that strangers may do a few times; how often it was done within the window."""
    return _count(heading_of(*parts))


def _count(heading: str) -> int:
    now = timezone.now()
    WrongPasswords.objects.filter(since__lte=now - CLOSED).delete()
    row, _ = WrongPasswords.objects.get_or_create(heading=heading, defaults={"since": now})
    WrongPasswords.objects.filter(pk=row.pk).update(count=F("count") + 1)
    return row.count + 1


def failures_from(address: str) -> int:
    """How many wrong passwords came from this address lately."""
    counted = WrongPasswords.objects.filter(
        heading=heading_of("address", network(address)), since__gt=timezone.now() - CLOSED
    )
    return counted.values_list("count", flat=True).first() or 0


def forget(username: str, address: str) -> None:
    """After the right password. What the address did to other names stays counted."""
    WrongPasswords.objects.filter(heading__in=list(headings(username, address))[:2]).delete()


def headings(username: str, address: str) -> dict[str, int]:
    """What a wrong password counts for, and how many close it."""
    name, place = username.strip().lower(), network(address)
    return {
        heading_of("pair", name, place): TRIES,
        heading_of("name", name): TRIES_FOR_NAME,
        heading_of("address", place): TRIES_FROM_ADDRESS,
    }


def heading_of(*parts: str) -> str:
    return sha256("\0".join(parts).encode(errors="replace")).hexdigest()


def network(address: str) -> str:
    """The address; of IPv6 the half that a subscriber cannot choose."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return known.exploded[:19] if isinstance(known, IPv6Address) else address
