"""The session that every Python client plays. test/clients/session/script.ts says what must be printed, and when."""

import asyncio
import os
import sys
from abc import ABC, abstractmethod

SERVER_URL = os.environ["SERVER_URL"]
MCP_URL = f"{SERVER_URL}/mcp"
AGENT_TOKEN = os.environ["AGENT_TOKEN"]
HEADERS = {"Authorization": f"Bearer {AGENT_TOKEN}"}
# How many seconds the client waits for the first answer. Nobody answers within that time.
SHORT = 5
# Enough for everything that comes at once, also on a busy machine.
LONG = 60


class GaveUp(Exception):
    """The client has ended its wait itself."""


def is_limit(message: str) -> bool:
    """Whether an error of version 2 of the SDK means its own limit. Its code can also come from a server."""
    return message.endswith("timed out")


class Agent(ABC):
    """One client object, connected once."""

    @abstractmethod
    async def log_step(self, text: str) -> str:
        """Returns the number of the step, if the client shows one."""

    @abstractmethod
    async def ask(self, text: str, seconds: int) -> str:
        """Returns the answer. Raises GaveUp after these seconds."""

    @abstractmethod
    async def end(self) -> None: ...


class McpAgent(Agent):
    """An agent that calls the tools of the server, with the instance id of its first call."""

    instance_id: str | None = None

    @abstractmethod
    async def call(self, tool: str, arguments: dict, seconds: int) -> dict:
        """Returns the structured result. Raises GaveUp after these seconds."""

    async def log_step(self, text: str) -> str:
        known = {} if self.instance_id is None else {"agent_instance_id": self.instance_id}
        result = await self.call("log_step", {"step_description": text, **known}, LONG)
        self.instance_id = result["agent_instance_id"]
        return f" {result['step_number']}"

    async def ask(self, text: str, seconds: int) -> str:
        arguments = {"question_text": text, "agent_instance_id": self.instance_id}
        result = await self.call("ask_question", arguments, seconds)
        return result["answer"] or result["status"]

    async def end(self) -> None:
        await self.call("end_session", {"agent_instance_id": self.instance_id}, LONG)


async def play(agent: Agent, protocol: str | None) -> None:
    """Plays the session with a connected agent."""
    say(f"connected {protocol}")
    say(f"step{await agent.log_step('Read the code')}")
    await ask(agent, SHORT)
    await hear("answered")
    await ask(agent, LONG)
    await hear("restarted")
    say(f"step{await agent.log_step('Deploy')}")
    await agent.end()
    say("ended")


async def ask(agent: Agent, seconds: int) -> None:
    try:
        say(f"answer {await agent.ask('Deploy?', seconds)}")
    except GaveUp:
        say("gave up")


def say(line: str) -> None:
    print(line, flush=True)


async def hear(word: str) -> None:
    """Waits for this word. Meanwhile the client goes on with what it does by itself, such as reconnecting."""
    heard = (await asyncio.to_thread(sys.stdin.readline)).strip()
    if heard != word:
        raise RuntimeError(f"expected {word!r}, heard {heard!r}")


def structured(content: dict | None, is_error: bool, text: object) -> dict:
    if is_error or content is None:
        raise RuntimeError(f"no structured result: {text}")
    return content
