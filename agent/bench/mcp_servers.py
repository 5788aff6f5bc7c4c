"""The two MCP servers that are held against each other, each in a process of its own, with the same tools.

`python -m agent.bench.mcp_servers token`, with DATABASE_URL naming a fresh, migrated database, makes an
access and prints its secret; `… ours PORT` or `… sdk PORT` then serves at /mcp.
"""

import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

import uvicorn
from pydantic import Field

from agent.bench.work import ANSWER, DESCRIPTION, NAMES, PARAMETERS, ROWS

UNHINDERED = 1_000_000_000  # calls a minute


def token() -> str:
    """An access to every tool, whose calls are counted but never too many."""
    prepare()
    from agent.mcp.filters import PROPOSE, READ
    from agent.mcp.tokens import Choice, make_token
    from console import demo

    owner = demo.create_people("bench")[0]
    choice = Choice("bench", timedelta(days=1), effects=(READ, PROPOSE), calls_a_minute=UNHINDERED)
    return make_token(owner, choice, actor=owner).secret


def ours() -> Any:
    """The console whole, with a hundred tools that answer at once in place of the catalogues'."""
    prepare()
    from agent.tools.registry import all_tools
    from agent.tools.tool import Tool
    from console.asgi import countersign

    def answer(_: object, __: Mapping[str, Any]) -> dict[str, Any]:
        return {"rows": ROWS}

    known: dict[str, Tool] = all_tools()  # kept by this process, from its first question on
    known.clear()
    known.update({name: Tool(name, DESCRIPTION, PARAMETERS, answer, connector="billsby") for name in NAMES})
    return countersign


def sdk() -> Any:
    """The SDK's own server as its documentation shows it, without sessions as ours is."""
    from mcp.server import MCPServer

    server = MCPServer("bench", log_level="ERROR")
    for name in NAMES:
        server.add_tool(empty_tool(), name=name, description=DESCRIPTION)
    return server.streamable_http_app(stateless_http=True, json_response=True)


def empty_tool() -> Callable[..., Awaitable[str]]:
    """PARAMETERS as the SDK reads them: from a function of its own for each tool."""
    told = {name: Field(description=one["description"]) for name, one in PARAMETERS["properties"].items()}

    async def answer(
        customer_id: Annotated[str, told["customer_id"]],
        page: Annotated[int, told["page"]] = 1,
        status: Annotated[Literal["open", "paid", "overdue", "void"] | None, told["status"]] = None,
        date_from: Annotated[str | None, told["date_from"]] = None,
        date_to: Annotated[str | None, told["date_to"]] = None,
    ) -> str:
        return ANSWER

    return answer


def prepare() -> None:
    import django

    django.setup()


SERVERS = {"ours": ours, "sdk": sdk}


def main(what: str, port: str = "") -> None:
    if what == "token":
        print(token())
        return
    uvicorn.run(SERVERS[what](), port=int(port), log_level="critical", access_log=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
