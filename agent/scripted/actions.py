"""What a skill can do: call tools, ask the person, or end with a text.

A skill is a function from what was asked to a script (or None: not mine). A script is a generator that yields
`Call`, a tuple of calls (made in one go), or `Ask`, is sent the result or
the answer, and returns its last words.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    name: str
    arguments: dict[str, Any] = field(default_factory=dict)


FIND = "find_tools"


def looking_for(name: str) -> Call:
    """How a tool that is not shown is asked for: by what it is for, as a person would say it."""
    system, _, what = name.partition("_")
    return Call(FIND, {"text": f"{what.replace('_', ' ')} in {'BILL' if system == 'bill' else 'Billsby'}"})


@dataclass(frozen=True)
class Ask:
    text: str
    understand: Callable[[str], Any]  # the answer's meaning, or None when it is no answer


@dataclass(frozen=True)
class Say:
    text: str


@dataclass(frozen=True)
class Do:
    calls: tuple[Call, ...]


Script = Generator[Call | tuple[Call, ...] | Ask, Any, str]


class ScriptStopped(Exception):
    """Ends a script early with a sentence for the person, unless the script catches it."""

    @property
    def sentence(self) -> str:
        return str(self)


class ToolFailed(ScriptStopped):
    def __init__(self, call: Call, result: dict[str, Any]) -> None:
        self.call, self.result = call, result
        super().__init__(
            f"I stopped here: `{call.name}` answered with an error. {sentence_of(result)} "
            "I have not tried it a second time."
        )


class ToolMissing(ScriptStopped):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"For this I need the tool `{name}`, which this conversation does not offer, so I cannot do it."
        )


class ArgumentMissing(ScriptStopped):
    def __init__(self, name: str, argument: str) -> None:
        super().__init__(f"`{name}` wants “{argument}”, which I was not told. Nothing was sent or proposed.")


def sentence_of(result: dict[str, Any]) -> str:
    """The error of a tool result as one sentence, whatever its shape."""
    error = result.get("error")
    problems = result.get("problems")
    if isinstance(error, dict):
        error = error.get("message") or error.get("sentence")
    parts = [error or "It gave no reason", *(problems if isinstance(problems, list) else ())]
    return " ".join(one if one.endswith((".", "!", "?")) else f"{one}." for one in map(one_line, parts))


def one_line(value: Any) -> str:
    return " ".join(str(value).split())[:400]
