"""Filing a proposal and saying so."""

from typing import Any

from agent.scripted.actions import Call, ScriptStopped, ToolFailed, sentence_of
from agent.scripted.news import gives_reason, quoted
from agent.scripted.records import plain_line
from agent.scripted.schema import fit
from agent.scripted.skills.finding import Part, shown
from agent.scripted.talk import Asked

MOST_REASON = 240
STANDS = {  # of a proposal that is still alive
    "pending": "not decided yet",
    "approved": "approved and about to be sent",
    "executing": "being sent",
    "unknown": "sent with an unknown outcome",
    "manual_review": "sent, and a person must find out its outcome",
}


def propose(asked: Asked, steps: list[Call], why: str) -> Part:
    """Propose one step by its own tool, several as one plan; what to say about the outcome.

    A proposal that a person rejected is not filed a second time unchanged.
    """
    yield from shown(asked, *(step.name for step in steps))
    reason = f"{why} Asked in chat: “{plain_line(asked.text)}”"[:MOST_REASON]
    fitted = [fit(step, writable(asked.talk.tools.get(step.name, {}))) for step in steps]
    if len(fitted) == 1:
        call = Call(fitted[0].name, {**fitted[0].arguments, "reason": reason})
    else:
        plan = [{"operation": step.name, "arguments": step.arguments} for step in fitted]
        call = Call("propose_plan", {"steps": plan, "reason": reason})
    if rejected := asked.talk.rejected(*in_terms_of(call, asked)):
        why_not = f" with this reason: {quoted(rejected.detail)}" if gives_reason(rejected.detail) else ""
        raise ScriptStopped(
            f"{rejected.number} asked for exactly this and was rejected{why_not}. I will not propose it "
            "again unchanged. What should be different?"
        )
    try:
        return said((yield call))
    except ToolFailed as failed:
        return refused(failed)


def writable(schema: dict[str, Any]) -> dict[str, Any]:
    """A write tool's schema without the reason: that is not an argument of the operation."""
    return schema | {"required": [name for name in schema.get("required", ()) if name != "reason"]}


def in_terms_of(call: Call, asked: Asked) -> tuple[str, dict[str, Any]]:
    if call.name not in asked.talk.tools:
        return call.name, call.arguments
    fitted = fit(call, asked.talk.tools[call.name])
    return fitted.name, fitted.arguments


def said(result: dict[str, Any]) -> str:
    number = result.get("proposal")
    if number and "not filed" in str(result.get("note")):
        return already(number, str(result.get("status")))
    if not number:
        return "The console took the proposal but gave no number. Please look in the approvals inbox."
    sentence = plain_line(result.get("sentence") or "", 300).rstrip(".")
    return (
        f"I proposed {plain_line(number)}{': ' + sentence if sentence else ''}. "
        "It is not done: nothing is sent until a person approves it."
    )


def refused(failed: ToolFailed) -> str:
    return f"I could not propose that. {plain_line(sentence_of(failed.result), 400)} Nothing was sent."


def already(number: Any, status: str) -> str:
    stands = STANDS.get(status, f"now {plain_line(status)}")
    return f"This is already proposed as {plain_line(number)}, which is {stands}, so I filed nothing new."
