import asyncio
import os

import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from session import HEADERS, MCP_URL, GaveUp, McpAgent, is_limit, play, structured


class Mcp2Agent(McpAgent):
    def __init__(self, client: Client) -> None:
        self.client = client

    async def call(self, tool: str, arguments: dict, seconds: int) -> dict:
        try:
            result = await self.client.call_tool(tool, arguments, read_timeout_seconds=seconds)
        except MCPError as error:
            if not is_limit(error.error.message):
                raise
            raise GaveUp from error
        return structured(result.structured_content, result.is_error, result.content)


async def main() -> None:
    async with httpx2.AsyncClient(headers=HEADERS, timeout=httpx2.Timeout(30, read=300)) as http_client:
        transport = streamable_http_client(MCP_URL, http_client=http_client)
        async with Client(transport, mode=os.environ["MCP_MODE"]) as client:
            await play(Mcp2Agent(client), client.protocol_version)


asyncio.run(main())
