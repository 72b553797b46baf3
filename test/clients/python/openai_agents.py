import asyncio

from agents.mcp import MCPServerStreamableHttp
from mcp import MCPError
from session import HEADERS, MCP_URL, GaveUp, McpAgent, is_limit, play, structured


class OpenAiAgent(McpAgent):
    """Has the limit that the library has by default: 5 seconds for every call."""

    def __init__(self, server: MCPServerStreamableHttp) -> None:
        self.server = server

    async def call(self, tool: str, arguments: dict, seconds: int) -> dict:
        try:
            result = await self.server.call_tool(tool, arguments)
        except MCPError as error:
            if not is_limit(error.error.message):
                raise
            raise GaveUp from error
        return structured(result.structured_content, result.is_error, result.content)


async def main() -> None:
    async with MCPServerStreamableHttp({"url": MCP_URL, "headers": HEADERS}) as server:
        await play(OpenAiAgent(server), server.session.protocol_version)


asyncio.run(main())
