"""Imports run downward only: connectors, on them the console, on them the agent; wiring names everybody."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("connectors", "console", "agent")
WIRING = {f"console/{name}.py" for name in ("settings", "urls", "asgi", "celery", "embedded", "demo")}
FRAMEWORK = ("django", "channels", "celery")
SENDER = "console/approvals/execution.py"


def is_wiring(path: str) -> bool:
    return path in WIRING or path.startswith("console/management/")


def sources() -> list[str]:
    files = (file for floor in FLOORS for file in (ROOT / floor).rglob("*.py"))
    return sorted(str(file.relative_to(ROOT)) for file in files)


def tree_of(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(), path)


def imports_of(path: str) -> Iterator[str]:
    """Every module a file imports, wherever in it, with what is taken from it: "console.audit.log"."""
    package = path.removesuffix(".py").split("/")[:-1]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def comes_from(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def names_in(path: str) -> Iterator[str]:
    """Every name a file uses in code: plain, as an attribute, imported, or as a text of its own."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def wrong(paths: list[str], *forbidden: str, but: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{path} imports {module}"
        for path in paths
        for module in imports_of(path)
        if comes_from(module, *forbidden) and not (but and comes_from(module, *but))
    ]


def below(*folders: str) -> list[str]:
    return [path for path in sources() if path.startswith(tuple(f"{folder}/" for folder in folders))]


def test_connectors_know_neither_the_console_nor_the_agent_nor_a_framework():
    assert wrong(below("connectors"), "console", "agent", "tests", *FRAMEWORK) == []


def test_the_console_does_not_know_the_agent():
    assert wrong([path for path in below("console") if not is_wiring(path)], "agent", "tests") == []


def test_the_agent_does_not_know_the_tests():
    assert wrong(below("agent"), "tests") == []


def test_vendors_do_not_know_each_other():
    vendors = [file.parent.name for file in (ROOT / "connectors").glob("*/judgements*")]
    assert vendors
    for vendor in vendors:
        others = [f"connectors.{other}" for other in vendors if other != vendor]
        assert wrong(below(f"connectors/{vendor}"), *others) == []


def test_only_wiring_knows_the_sandbox():
    outside = [path for path in sources() if not is_wiring(path) and path not in below("connectors/sandbox")]
    assert wrong(outside, "connectors.sandbox") == []


def test_the_scripted_model_sees_a_request_and_nothing_else():
    known = ("agent.scripted",)
    assert wrong(below("agent/scripted"), "agent", "console", "connectors", *FRAMEWORK, but=known) == []


def test_only_wiring_knows_the_scripted_model():
    outside = [path for path in sources() if not is_wiring(path) and path not in below("agent/scripted")]
    assert wrong(outside, "agent.scripted") == []


def test_only_the_execution_of_proposals_sends_writes():
    senders = [path for path in sources() if "send_write" in names_in(path)]
    assert senders == ["connectors/transport.py", SENDER]
    assert [path for path in sources() if "connectors.transport.send_write" in imports_of(path)] == [SENDER]


@pytest.mark.parametrize("name", ["exchange", "signed_exchange"])
def test_nobody_goes_round_the_two_ways_to_a_vendor(name):
    assert [path for path in below("console", "agent") if name in names_in(path)] == []


def test_the_bootstrap_needs_nothing_but_python():
    modules = {module.partition(".")[0] for module in imports_of("console/bootstrap.py")}
    assert modules <= sys.stdlib_module_names


def test_the_offline_verifier_needs_nothing_but_python():
    modules = {module.partition(".")[0] for module in imports_of("console/audit/offline_verify.py")}
    assert modules <= sys.stdlib_module_names
