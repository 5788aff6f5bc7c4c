"""The peer: LangGraph's prebuilt agent. Runs in an environment of its own, without our packages.

`python langgraph_peer.py '{"url": …, "rounds": …, "at_once": …}'` prints what `clock.measured` does.
"""

import asyncio
import json
import os
import sys
import warnings
from collections.abc import Callable

from clock import measured
from work import ANSWER, DESCRIPTION, NAMES, PARAMETERS, QUESTION, SYSTEM


def main(given: str) -> None:
    os.environ["LANGSMITH_TRACING"] = "false"
    warnings.simplefilter("ignore")
    from langchain_core.tools import StructuredTool
    from langchain_openai import ChatOpenAI
    from langgraph.prebuilt import create_react_agent

    asked = json.loads(given)

    async def answer(**_: object) -> str:
        return ANSWER

    tools = [
        StructuredTool.from_function(
            coroutine=answer, name=name, description=DESCRIPTION, args_schema=PARAMETERS
        )
        for name in NAMES
    ]
    model = ChatOpenAI(model="bench", base_url=asked["url"], api_key="bench", streaming=True)
    agent = create_react_agent(model, tools, prompt=SYSTEM)

    async def chat(on_word: Callable[[], None]) -> str:
        text = ""
        stream = agent.astream(
            {"messages": [("user", QUESTION)]}, {"recursion_limit": 50}, stream_mode="messages"
        )
        async for message, _ in stream:
            if message.type == "AIMessageChunk" and message.content:
                on_word()
                text += message.content
        return text

    print(json.dumps(asyncio.run(measured(chat, asked["rounds"], asked["at_once"]))))


if __name__ == "__main__":
    main(*sys.argv[1:])
