"""Signs in over OAuth with the provider of the SDK. The person's browser is here, too: it allows the access on the page."""

import os
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
from mcp.client.auth import OAuthClientProvider, TokenStorage
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from session import MCP_URL, SERVER_URL

# Nobody listens there: the browser below hands the answer over itself.
REDIRECT_URI = "http://127.0.0.1:33418/callback"


class Memory(TokenStorage):
    """Keeps what the provider got until the process ends."""

    tokens: OAuthToken | None = None
    client_info: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client_info

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client_info = client_info


class Browser:
    """Opens the address that the provider shows, allows the access, and goes back to the program."""

    answer: dict[str, list[str]]

    async def open(self, address: str) -> None:
        async with httpx.AsyncClient() as http:
            page = location_of(await http.get(address), address)
            request_id = urlsplit(page).fragment.removeprefix("/connect/")
            decided = await http.post(
                f"{SERVER_URL}/api/v1/access-requests/{request_id}",
                headers={
                    "Authorization": f"Bearer {os.environ['DASHBOARD_TOKEN']}",
                    "X-Requested-With": "agent-dashboard",
                },
                json={"allow": True},
            )
            back = decided.raise_for_status().json()["redirect_to"]
            self.answer = parse_qs(urlsplit(location_of(await http.get(back), back)).query)

    async def code_and_state(self) -> tuple[str, str | None]:
        return self.answer["code"][0], self.answer["state"][0]


def location_of(response: httpx.Response, address: str) -> str:
    if "Location" not in response.headers:
        raise RuntimeError(f"no redirect from {address}: {response.status_code} {response.text}")
    return urljoin(address, response.headers["Location"])


def sign_in() -> OAuthClientProvider:
    browser = Browser()
    metadata = OAuthClientMetadata(client_name="mcp-1", redirect_uris=[REDIRECT_URI])
    return OAuthClientProvider(MCP_URL, metadata, Memory(), browser.open, browser.code_and_state)
