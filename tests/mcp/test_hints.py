"""What clients are told of a tool's effects, beside what the vendors observed when it was called."""

from agent.mcp import filters
from agent.mcp.access import admit
from agent.mcp.described import described
from agent.tools.registry import all_tools, call_tool
from console import demo
from tests.mcp.tokens import BOTH, token


def test_hints_say_what_the_catalogue_says():
    for tool in all_tools().values():
        told = described(tool)
        assert told["annotations"]["readOnlyHint"] is (not tool.proposes)
        assert (tool.effects == {"read"}) is (not tool.proposes) or not tool.connector, tool.name
        if tool.proposes:
            assert told["_meta"]["countersign/effects"] == sorted(tool.effects)


def test_what_needs_no_arguments_is_read_without_effects(shared_db, sandbox_url, sandbox_control):
    sandbox_control.reset()
    demo.connect_sandbox(sandbox_url)
    priya = demo.create_people("test-password")[0]
    granted = admit(token(priya, effects=BOTH).secret)
    context, among = filters.context_of(granted, "test"), filters.tools_of(granted)
    plain = [tool for tool in among if not tool.proposes and not tool.schema.get("required")]
    answers = [call_tool(context, tool.name, {}, among=among) for tool in plain]
    assert len([one for one in answers if not one.failed]) > 20
    assert sandbox_control.effects() == []
