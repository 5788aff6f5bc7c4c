"""A call that needs more than the client was let in for: it is told what to ask its person for."""

from agent.mcp.access import Granted, Refused
from agent.mcp.filters import PROPOSE, READ, filter_of
from agent.mcp.oauth.scopes import CONNECTION, RECORDS
from agent.tools.registry import find_tool
from agent.tools.tool import Tool
from console.connections.models import Connection


def refuse_beyond(granted: Granted, name: str) -> None:
    """Raises Refused for a tool from which only the choice made at the consent keeps the client."""
    tool = find_tool(name)
    if tool is None or filter_of(granted).lets(tool):
        return
    if tool.proposes and not granted.person.has_perm("approvals.propose"):
        return  # no consent would help
    raise Refused(
        403,
        f"{granted.person} did not let this client use {tool.name}. Ask for these scopes and sign in again.",
        "insufficient_scope",
        access=granted.access,
        scopes=tuple(scopes_with(granted, tool)),
    )


def scopes_with(granted: Granted, tool: Tool) -> list[str]:
    """What the client has, and with it what the tool needs: a new consent replaces the earlier one."""
    access = granted.access
    effects = {*access.effects, PROPOSE if tool.proposes else READ}
    tags = {*access.tags, *tool.tags} if access.tags else set()
    kept_to = set(granted.reach)
    if kept_to:
        kept_to |= set(Connection.objects.filter(connector=tool.connector).values_list("pk", flat=True))
    return [
        *(effect for effect in (READ, PROPOSE) if effect in effects),
        *(f"{RECORDS}{tag}" for tag in sorted(tags)),
        *(f"{CONNECTION}{pk}" for pk in sorted(kept_to)),
    ]
