import asyncio

from fastmcp import Client
from fastmcp.client.transports import StreamableHttpTransport
from mcp import MCPError
from session import HEADERS, MCP_URL, GaveUp, McpAgent, is_limit, play, structured


class FastMcpAgent(McpAgent):
    def __init__(self, client: Client) -> None:
        self.client = client

    async def call(self, tool: str, arguments: dict, seconds: int) -> dict:
        try:
            result = await self.client.call_tool(tool, arguments, timeout=seconds)
        except MCPError as error:
            if not is_limit(error.error.message):
                raise
            raise GaveUp from error
        return structured(result.structured_content, result.is_error, result.content)


async def main() -> None:
    async with Client(StreamableHttpTransport(MCP_URL, headers=HEADERS)) as client:
        await play(FastMcpAgent(client), client.protocol_version)


asyncio.run(main())
