"""Messages as the wire has them → turns: what was said or reported, the calls made for it, the reply."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

NEWS = re.compile(
    r"Proposal (?P<number>\S+)(?: \((?P<sentence>.*)\))? is now (?:“(?P<word>[^”]+)”|(?P<status>[\w ]+))"
    r"(?:: *(?P<detail>.*)|\.?)",
    re.S,
)
STATUSES = {  # where the word on screen is another one
    "confirmed": "succeeded",
    "did_not_take_effect": "failed",
    "stopped_part-way": "partly_done",
    "outcome_unknown": "unknown",
    "outcome_unknown,_your_call": "manual_review",
    "changed_since_proposed": "stale",
}
DATE = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")


@dataclass(frozen=True)
class News:
    number: str
    sentence: str
    status: str
    detail: str


@dataclass(frozen=True)
class Done:
    """One tool call of the past and what came back."""

    name: str
    arguments: dict[str, Any]
    result: dict[str, Any]


@dataclass
class Turn:
    text: str | None  # None: nobody spoke, news came
    news: list[News] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    replied: bool = False


@dataclass(frozen=True)
class Conversation:
    turns: tuple[Turn, ...]
    tools: dict[str, dict[str, Any]]  # name -> JSON schema of its arguments
    today: date


def read_conversation(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Conversation:
    turns: list[Turn] = []
    waiting: dict[str, tuple[Turn, int]] = {}
    today = datetime.now(UTC).date()
    for message in messages:
        role, text = message["role"], text_of(message)
        if role in ("system", "developer"):
            if news := read_news(text):
                if not turns or turns[-1].replied:
                    turns.append(Turn(None))
                turns[-1].news += news
            elif not turns and (found := DATE.search(text)):
                today = date(*map(int, found.groups()))
        elif role == "user":
            untold = turns.pop().news if turns and turns[-1].text is None and not turns[-1].replied else []
            turns.append(Turn(text, untold))
        elif role == "assistant":
            turns = turns or [Turn(None)]
            for call in message.get("tool_calls") or []:
                waiting[call["id"]] = (turns[-1], len(turns[-1].done))
                arguments = parsed(call["function"].get("arguments") or "{}")
                turns[-1].done.append(
                    Done(call["function"]["name"], arguments, {"error": "No result came back."})
                )
            turns[-1].replied = not message.get("tool_calls")
        elif role == "tool" and message.get("tool_call_id") in waiting:
            turn, position = waiting[message["tool_call_id"]]
            call = turn.done[position]
            turn.done[position] = Done(call.name, call.arguments, parsed(text))
    schemas = {tool["function"]["name"]: tool["function"].get("parameters") or {} for tool in tools}
    return Conversation(tuple(turns), schemas, today)


def text_of(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, list):
        content = "\n".join(part.get("text", "") for part in content)
    return content


def read_news(text: str) -> list[News]:
    found = (NEWS.fullmatch(part.strip()) for part in re.split(r"\n+(?=Proposal )", text))
    return [
        News(
            match["number"],
            match["sentence"] or "",
            status_of(match["word"] or match["status"]),
            " ".join((match["detail"] or "").split()),
        )
        for match in found
        if match
    ]


def status_of(words: str) -> str:
    word = words.strip().lower().replace(" ", "_")
    return STATUSES.get(word, word)


def parsed(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text, parse_float=Decimal)
    except ValueError:
        return {"error": "The result could not be read as JSON."}
    return value if isinstance(value, dict) else {"data": value}
