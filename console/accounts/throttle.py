"""Slows down guessing: after some wrong passwords a name is closed for a while, from wherever they came."""

from hashlib import sha256

from django.core.cache import cache

TRIES = 10
CLOSED_S = 300


def is_closed(username: str) -> bool:
    return cache.get(key(username), 0) >= TRIES


def count_failure(username: str) -> None:
    cache.add(key(username), 0, CLOSED_S)
    cache.incr(key(username))


def forget(username: str) -> None:
    cache.delete(key(username))


def key(username: str) -> str:
    return f"sign-in:{sha256(username.strip().lower().encode()).hexdigest()}"
