import asyncio

from omnara.sdk import OmnaraClient, TimeoutError
from session import AGENT_TOKEN, SERVER_URL, Agent, GaveUp, play


class OmnaraAgent(Agent):
    """Polls for answers. It needs only the address of another server."""

    instance_id: str | None = None

    def __init__(self, client: OmnaraClient) -> None:
        self.client = client

    async def log_step(self, text: str) -> str:
        result = self.client.send_message(text, agent_type="omnara", agent_instance_id=self.instance_id)
        self.instance_id = result.agent_instance_id
        return ""

    async def ask(self, text: str, seconds: int) -> str:
        try:
            result = self.client.send_message(
                text,
                agent_instance_id=self.instance_id,
                requires_user_input=True,
                timeout_minutes=seconds / 60,
                poll_interval=1,
            )
        except TimeoutError as error:
            raise GaveUp from error
        return ", ".join(result.queued_user_messages)

    async def end(self) -> None:
        self.client.end_session(self.instance_id)


with OmnaraClient(api_key=AGENT_TOKEN, base_url=SERVER_URL) as client:
    asyncio.run(play(OmnaraAgent(client), "REST"))
