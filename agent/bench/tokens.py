"""Tokens of tool lists, by o200k_base, which an npm package counts with nothing asked of anybody."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from agent.tools.registry import all_tools
from connectors.operations import Operation
from connectors.registry import connectors

PACKAGES = settings.ROOT / "tests" / "clients"  # with everything else that comes from npm
FOLDER = settings.VAR / "bench" / "node"
SCRIPT = Path(__file__).with_name("tokens.mjs")

Functions = Sequence[Mapping[str, Any]]


class NoTokenizerError(Exception):
    """Nothing can be counted here; str() says what is missing."""


def install() -> None:
    """The packages that the lock file pins, in a folder of their own; what is there already is kept."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise NoTokenizerError("Tokens are counted by node, which is not installed here.")
    if not (PACKAGES / "package-lock.json").exists():
        raise NoTokenizerError("Tokens are counted by a package that tests/clients names, which is not here.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = (PACKAGES / "package-lock.json").read_bytes()
    mark = FOLDER / "installed"
    if mark.exists() and mark.read_bytes() == wanted:
        return
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(PACKAGES / name, FOLDER / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True)
    if done.returncode:
        raise NoTokenizerError(f"npm could not install what counts tokens. {done.stderr.strip()[-200:]}")
    mark.write_bytes(wanted)


def count(lists: Sequence[Functions]) -> list[int]:
    """The tokens of each list of functions, as the wire has it."""
    texts = [json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in lists]
    command = ["node", str(SCRIPT), str(FOLDER)]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def whole() -> Functions:
    """Every tool that there is, as a model would be shown it."""
    return [tool.function for tool in all_tools().values()]


def named(names: Sequence[str]) -> Functions:
    return [all_tools()[name].function for name in names]


def naive() -> Functions:
    """One function for each operation, with all that its request can hold and what every call gives alike."""
    return [
        _naive(operation) for vendor in connectors() for operation in vendor.catalogue.operations.values()
    ]


def _naive(operation: Operation) -> Mapping[str, Any]:
    wire = operation.wire
    properties: dict[str, Any] = {name: {"type": "string"} for name in operation.injected}
    properties |= wire.path_schemas
    properties |= {one["name"]: one["schema"] for one in wire.query}
    required = [*dict.fromkeys([*operation.injected, *wire.path_schemas])]
    required += [one["name"] for one in wire.query if one.get("required")]
    if wire.body is not None:
        properties["body"] = wire.body
        required.append("body")
    parameters = {"type": "object", "properties": without_marks(properties), "required": required}
    told = {"name": operation.name, "description": operation.description, "parameters": parameters}
    return {"type": "function", "function": told}


def without_marks(schema: Any) -> Any:
    """A wire schema without the marks that only our own code reads."""
    if isinstance(schema, list):
        return [without_marks(one) for one in schema]
    if isinstance(schema, Mapping):
        return {key: without_marks(value) for key, value in schema.items() if not key.startswith("x-")}
    return schema
