"""The next thing to do, found by replaying the conversation.

Each turn either answers the question its predecessor left open or starts a script anew. Scripts
run from their first line at every request; calls that were already made are fed from the history, the
first one that was not is the answer.
So nothing is remembered between requests, and a call that failed is never made twice for one request.
"""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from agent.scripted.actions import (
    FIND,
    Ask,
    Call,
    Do,
    Say,
    Script,
    ScriptStopped,
    ToolFailed,
    ToolMissing,
    looking_for,
)
from agent.scripted.conversation import Conversation, Done
from agent.scripted.schema import fit
from agent.scripted.talk import Asked, Talk

Skill = Callable[[Asked], Script | None]

AGAIN = re.compile(
    r"(?:ok(?:ay)?[,. ]+)?(?:please |can you |could you |just )*(?:(?:try|do|propose|send|file"
    r"|ask|submit)\b.{0,12} )?"
    r"(?:once (?:more|again)|again|one more time|anyway)(?:[,. ]+please)?[.!?]*$",
    re.I,
)


class Task:
    """One request of the person, with its script and what was called for it so far."""

    def __init__(self, script: Script, asked: Asked) -> None:
        self.script, self.asked, self.talk = script, asked, asked.talk
        self.results: dict[str, dict[str, Any]] = {}
        self.past: list[Call] = []
        self.question: Ask | None = None
        self.sent: Any = None

    def run(self, done: Sequence[Done]) -> Say | Do:
        self.past += [Call(one.name, one.arguments) for one in done]
        self.results |= {key(Call(one.name, one.arguments)): one.result for one in done}
        try:
            wanted = self.script.send(self.sent)
            while not isinstance(wanted, Ask):
                calls = wanted if isinstance(wanted, tuple) else (wanted,)
                try:
                    results = self.made(calls)
                except ScriptStopped as stopped:
                    wanted = self.script.throw(stopped)
                    continue
                if isinstance(results, Do):
                    return results
                wanted = self.script.send(results if isinstance(wanted, tuple) else results[0])
        except StopIteration as end:
            return Say(end.value)
        except ScriptStopped as stopped:
            return Say(stopped.sentence)
        self.question = wanted
        return Say(wanted.text)

    def made(self, calls: tuple[Call, ...]) -> Do | list[dict[str, Any]]:
        """The results of calls from the history, or those still to make."""
        self.talk.asked = self.asked
        fitted = []
        for call in calls:
            if call.name in self.talk.tools:
                fitted.append(fit(call, self.talk.tools[call.name]))
            elif past := self.recalled(call):
                fitted.append(past)
            elif FIND in self.talk.tools and key(looking_for(call.name)) not in self.results:
                return Do((looking_for(call.name),))
            else:
                raise ToolMissing(call.name)
        missing = tuple({key(call): call for call in fitted if key(call) not in self.results}.values())
        if missing:
            return Do(missing)
        results = [self.results[key(call)] for call in fitted]
        for call, result in zip(fitted, results, strict=True):
            if result.get("error"):
                raise ToolFailed(call, result)
        return results

    def recalled(self, call: Call) -> Call | None:
        """The same call as it was made while its tool was shown: found tools are gone in later turns."""
        return next((one for one in self.past if one.name == call.name and agrees(call, one)), None)


def agrees(call: Call, made: Call) -> bool:
    both = call.arguments.keys() & made.arguments.keys()
    return all(str(call.arguments[name]) == str(made.arguments[name]) for name in both)


def key(call: Call) -> str:
    return json.dumps([call.name, call.arguments], sort_keys=True, default=str)


def next_action(
    conversation: Conversation, skills: Sequence[Skill], fallback: Callable[[Asked], Script]
) -> Say | Do:
    talk = Talk(tools=conversation.tools, today=conversation.today)
    task: Task | None = None
    action: Say | Do = Say("")
    for turn in conversation.turns:
        told = talk.hear(turn.news)
        if turn.text is None:
            action = Say(told)
        else:
            started = take_up(task, turn.text, talk, skills)
            if started is None and task and task.question:
                action = Say(f"I did not understand which you mean. {task.question.text}")
            else:
                asked = Asked(turn.text, talk)
                task = started or Task(fallback(asked), asked)
                action = task.run(turn.done)
            if isinstance(action, Say) and told:
                action = Say(f"{told}\n\n{action.text}")
        talk.note(turn.done)
    return action


def take_up(task: Task | None, text: str, talk: Talk, skills: Sequence[Skill]) -> Task | None:
    """The task whose question the message answers, else a new one; None when no skill wants it."""
    if task and task.question and (answer := task.question.understand(text)) is not None:
        task.question, task.sent = None, answer
        return task
    asked = Asked(text, talk)
    if AGAIN.match(text.strip()) and talk.asked:
        asked = talk.asked
    for skill in skills:
        if script := skill(asked):
            return Task(script, asked)
    return None
