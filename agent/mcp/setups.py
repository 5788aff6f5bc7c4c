"""What is pasted into outside clients so that they find us: filled with our address and a token's secret."""

import json
from dataclasses import dataclass

from agent.mcp.tokens import Made

NAME = "countersign"


@dataclass(frozen=True)
class Setup:
    """client: its name. where: what to do with the text, in words. text: what is copied."""

    client: str
    where: str
    text: str


def setups_for(made: Made, address: str) -> list[Setup]:
    """address: of our `/mcp`, whole."""
    headers = {"Authorization": f"Bearer {made.secret}"}
    if made.second:
        headers["X-Access-Code"] = made.second
    remote = {"url": address, "headers": headers}
    return [
        Setup("Claude Code", "Run this in a terminal.", _claude_code(address, headers)),
        Setup(
            "Claude Desktop",
            "Settings, Developer, Edit config: add this, then start Claude again. It needs Node.js.",
            _written({"mcpServers": {NAME: _bridged(address, headers)}}),
        ),
        _chatgpt(made, address),
        Setup("Cursor", "Add this to the file .cursor/mcp.json.", _written({"mcpServers": {NAME: remote}})),
        Setup(
            "VS Code",
            "Add this to the file .vscode/mcp.json.",
            _written({"servers": {NAME: {"type": "http", **remote}}}),
        ),
    ]


def _chatgpt(made: Made, address: str) -> Setup:
    """It can send no header: its people sign in, or the address holds the token where that was chosen."""
    where = "Settings, Connectors, Create, with developer mode on: paste this as the server's address."
    if made.access.in_url and not made.second:
        return Setup("ChatGPT", where, f"{address}/{made.secret}")
    return Setup("ChatGPT", f"{where} It then asks you to sign in here and needs no token.", address)


def _claude_code(address: str, headers: dict[str, str]) -> str:
    given = "".join(f' --header "{name}: {value}"' for name, value in headers.items())
    return f"claude mcp add --transport http {NAME} {address}{given}"


def _bridged(address: str, headers: dict[str, str]) -> dict:
    """By the program that speaks to a remote server for it. Blanks in arguments get lost on Windows."""
    names = {name: name.upper().replace("-", "_") for name in headers}
    given = [part for name in headers for part in ("--header", f"{name}:${{{names[name]}}}")]
    return {
        "command": "npx",
        "args": ["-y", "mcp-remote", address, *given],
        "env": {names[name]: value for name, value in headers.items()},
    }


def _written(settings: dict) -> str:
    return json.dumps(settings, indent=2)
