"""The vendors as a case finds them: what it asks is read from them, for they may be seeded anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from connectors.sandbox.client import SandboxControl
from console.connections.clients import read_live
from console.connections.models import Connection

TEXT = 'Zoë "Zed" O\u2019Neil & Söhne <b> %7B+?#\\ 日本 \u202e'


@dataclass
class World:
    connected: Mapping[str, Connection]
    sandbox: SandboxControl

    @cached_property
    def stories(self) -> dict[str, Any]:
        return self.sandbox.stories()

    def story(self, name: str, *fields: str, **more: Any) -> dict[str, Any]:
        return {field: self.stories[name][field] for field in fields} | more

    def ids(self, listing: str, **conditions: Any) -> list[str]:
        """Of the records that a list operation of BILL shows, such as `bill_list_customers`."""
        return [row["id"] for row in self.rows(listing, **conditions)]

    def rows(self, listing: str, **conditions: Any) -> list[dict[str, Any]]:
        return read_live(self.connected["bill"], listing, conditions).data
