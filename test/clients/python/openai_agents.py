import asyncio

from agents.mcp import MCPServerStreamableHttp
from session import HEADERS, LONG, MCP_URL, GaveUp, McpAgent, play, structured


class OpenAiAgent(McpAgent):
    def __init__(self, server: MCPServerStreamableHttp) -> None:
        self.server = server

    async def call(self, tool: str, arguments: dict, seconds: int) -> dict:
        try:
            result = await asyncio.wait_for(self.server.call_tool(tool, arguments), seconds)
        except TimeoutError as error:
            raise GaveUp from error
        return structured(result.structured_content, result.is_error, result.content)


async def main() -> None:
    # The library's own limit, 5 seconds by default, is for all calls. A step on a busy machine may take longer.
    params = {"url": MCP_URL, "headers": HEADERS}
    async with MCPServerStreamableHttp(params, client_session_timeout_seconds=2 * LONG) as server:
        await play(OpenAiAgent(server), server.session.protocol_version)


asyncio.run(main())
