"""What a client may ask for: each scope is one choice of an access's filters."""

from collections.abc import Iterable
from dataclasses import dataclass

from oauth2_provider.scopes import BaseScopes

from agent.mcp.filters import all_tags
from console.connections.models import Connection

EFFECTS = {
    "read": "Read records in Countersign, Billsby and BILL",
    "propose": "Propose changes, each of which waits until a person approves it",
}
RECORDS, CONNECTION = "records:", "connection:"


@dataclass(frozen=True)
class Filters:
    """What scopes come to. Empty tags and empty connections mean all of them."""

    effects: tuple[str, ...]
    tags: tuple[str, ...]
    connection_ids: tuple[int, ...]


def filters_of(scopes: Iterable[str]) -> Filters:
    scopes = sorted(set(scopes))
    return Filters(
        effects=tuple(effect for effect in EFFECTS if effect in scopes) or ("read",),
        tags=tuple(scope.removeprefix(RECORDS) for scope in scopes if scope.startswith(RECORDS)),
        connection_ids=tuple(
            int(scope.removeprefix(CONNECTION)) for scope in scopes if scope.startswith(CONNECTION)
        ),
    )


def granted(scopes: Iterable[str], chosen: Filters) -> list[str]:
    """The scopes that were asked for and are left by what a person chose."""
    return [scope for scope in scopes if _is_left(scope, chosen)]


def _is_left(scope: str, chosen: Filters) -> bool:
    if scope.startswith(RECORDS):
        return not chosen.tags or scope.removeprefix(RECORDS) in chosen.tags
    if scope.startswith(CONNECTION):
        return not chosen.connection_ids or int(scope.removeprefix(CONNECTION)) in chosen.connection_ids
    return scope in chosen.effects


class Scopes(BaseScopes):
    """The library's view of them. Without a client: what metadata tells everybody, so no connections."""

    def get_all_scopes(self) -> dict[str, str]:
        return {**EFFECTS, **{f"{RECORDS}{tag}": f"Only records about {tag}" for tag in all_tags()}}

    def get_available_scopes(self, application: object = None, *args: object, **more: object) -> list[str]:
        known = list(self.get_all_scopes())
        if application is not None:
            known += [f"{CONNECTION}{pk}" for pk in Connection.objects.values_list("pk", flat=True)]
        return known

    def get_default_scopes(self, *args: object, **more: object) -> list[str]:
        return list(EFFECTS)
