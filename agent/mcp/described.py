"""The tools of a filter as MCP tells of them, written once for all who share it."""

import json
from functools import lru_cache
from typing import Any

from agent.mcp.access import Granted
from agent.mcp.filters import Filter, filter_of, tools_under
from agent.tools.tool import Tool
from agent.tools.usage import common_tools

FRESH_FOR_MS = 60_000
EFFECTS = "countersign/effects"  # in _meta: of the operation, which a proposing tool only files
PROPOSED = {
    "type": "object",
    "properties": {
        "proposal": {"type": "string"},
        "status": {"type": "string"},
        "digest": {"type": "string"},
        "page": {"type": "string", "format": "uri"},
        "sentence": {"type": "string"},
        "note": {"type": "string"},
    },
    "required": ["proposal", "status", "digest", "page", "note"],
}


def written_list(granted: Granted) -> bytes:
    """The JSON of `tools`, as that access is shown them; the same bytes for the same filter."""
    shown = frozenset() if granted.access.shows == granted.access.Shows.WHOLE else common_tools()
    return _written(filter_of(granted), frozenset(shown))


@lru_cache(maxsize=32)
def _written(chosen: Filter, common: frozenset[str]) -> bytes:
    """common: of the vendors' tools only these; none is all."""
    tools = [tool for tool in tools_under(chosen) if not common or not tool.connector or tool.name in common]
    return json.dumps([described(tool) for tool in tools], ensure_ascii=False, separators=(",", ":")).encode()


def described(tool: Tool) -> dict[str, Any]:
    """What a client takes for granted is not written: that a tool reaches out, and answers some object."""
    told = {"name": tool.name, "description": tool.description, "inputSchema": dict(tool.schema)}
    if not tool.proposes:
        closed = {} if tool.connector else {"openWorldHint": False}
        return told | {"annotations": {"readOnlyHint": True, **closed}}
    # Unless told otherwise, a client takes it that a tool may destroy; what files a proposal does not.
    files = {"readOnlyHint": False, "destructiveHint": False, "idempotentHint": True}
    return told | {
        "outputSchema": PROPOSED,
        "annotations": files,
        "_meta": {EFFECTS: sorted(tool.effects)},
    }
