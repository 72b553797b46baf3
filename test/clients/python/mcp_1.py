import asyncio
import os
from datetime import timedelta

import httpx
from mcp import ClientSession, McpError
from mcp.client.streamable_http import streamable_http_client
from session import HEADERS, MCP_URL, GaveUp, McpAgent, play, structured
from sign_in import sign_in


class Mcp1Agent(McpAgent):
    def __init__(self, session: ClientSession) -> None:
        self.session = session

    async def call(self, tool: str, arguments: dict, seconds: int) -> dict:
        try:
            limit = timedelta(seconds=seconds)
            result = await self.session.call_tool(tool, arguments, read_timeout_seconds=limit)
        except McpError as error:
            if error.error.code != httpx.codes.REQUEST_TIMEOUT:
                raise
            raise GaveUp from error
        return structured(result.structuredContent, result.isError, result.content)


async def main() -> None:
    credentials = {"auth": sign_in()} if "SIGNS_IN" in os.environ else {"headers": HEADERS}
    async with (
        httpx.AsyncClient(**credentials, timeout=httpx.Timeout(30, read=300)) as http_client,
        streamable_http_client(MCP_URL, http_client=http_client) as (read, write, _),
        ClientSession(read, write) as session,
    ):
        initialized = await session.initialize()
        await play(Mcp1Agent(session), initialized.protocolVersion)


asyncio.run(main())
