import { afterAll, beforeAll, expect, test } from 'vitest';
import { IssuingServer } from '../issuing-server.ts';
import { type Fields, OAuthScene } from './scene.ts';

/** What a program sends, as it was seen in November 2026. */
interface KnownClient {
  readonly name: string;
  /** The address of its description, and what is there; null: it registers. */
  readonly description: string | null;
  readonly metadata: Fields;
  readonly redirectUri: string;
  readonly isLocal: boolean;
}

const REFRESHED = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };
const PUBLIC = { ...REFRESHED, token_endpoint_auth_method: 'none' };

const CLIENTS: readonly KnownClient[] = [
  {
    name: 'claude.ai',
    description: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
    metadata: {
      ...PUBLIC,
      client_name: 'Claude',
      redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
    },
    redirectUri: 'https://claude.ai/api/mcp/auth_callback',
    isLocal: false,
  },
  {
    name: 'claude.ai, registering',
    description: null,
    metadata: {
      ...PUBLIC,
      client_name: 'Claude',
      scope: 'claudeai',
      redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
    },
    redirectUri: 'https://claude.ai/api/mcp/auth_callback',
    isLocal: false,
  },
  {
    name: 'Claude Code',
    description: 'https://claude.ai/oauth/claude-code-client-metadata',
    metadata: {
      ...PUBLIC,
      client_name: 'Claude Code',
      redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
    },
    redirectUri: 'http://localhost:58211/callback',
    isLocal: true,
  },
  {
    name: 'Claude Code, registering',
    description: null,
    metadata: { ...PUBLIC, client_name: 'Claude Code', redirect_uris: ['http://localhost:41007/callback'] },
    redirectUri: 'http://localhost:41007/callback',
    isLocal: true,
  },
  {
    name: 'VS Code on the computer',
    description: null,
    metadata: {
      ...PUBLIC,
      client_name: 'Visual Studio Code',
      application_type: 'native',
      redirect_uris: ['https://vscode.dev/redirect', 'http://127.0.0.1/', 'http://127.0.0.1:33418/'],
    },
    redirectUri: 'http://127.0.0.1:33418/',
    isLocal: true,
  },
  {
    name: 'VS Code in the web',
    description: null,
    metadata: {
      ...PUBLIC,
      grant_types: [...PUBLIC.grant_types, 'urn:ietf:params:oauth:grant-type:device_code'],
      client_name: 'Visual Studio Code',
      redirect_uris: ['https://vscode.dev/redirect', 'http://127.0.0.1:33418'],
    },
    redirectUri: 'https://vscode.dev/redirect',
    isLocal: false,
  },
  {
    name: 'Cursor',
    description: null,
    metadata: { ...PUBLIC, client_name: 'Cursor', redirect_uris: ['http://localhost:8787/callback'] },
    redirectUri: 'http://localhost:8787/callback',
    isLocal: true,
  },
  {
    name: 'Cursor, older',
    description: null,
    metadata: {
      ...PUBLIC,
      client_name: 'Cursor',
      redirect_uris: ['cursor://anysphere.cursor-mcp/oauth/callback'],
    },
    redirectUri: 'cursor://anysphere.cursor-mcp/oauth/callback',
    isLocal: true,
  },
  {
    name: 'ChatGPT',
    description: null,
    metadata: {
      ...REFRESHED,
      client_name: 'ChatGPT',
      token_endpoint_auth_method: 'client_secret_post',
      redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
    },
    redirectUri: 'https://chatgpt.com/connector_platform_oauth_redirect',
    isLocal: false,
  },
  {
    name: 'a program that says little about itself',
    description: null,
    metadata: { client_name: undefined, redirect_uris: ['http://127.0.0.1:9/cb'] },
    redirectUri: 'http://127.0.0.1:9/cb',
    isLocal: true,
  },
];

let server: IssuingServer;
let scene: OAuthScene;
beforeAll(async () => {
  server = await IssuingServer.start({
    oauth: {
      async fetch(input) {
        const found = CLIENTS.find(({ description }) => description === String(input));
        return Response.json({ client_id: found?.description, ...found?.metadata });
      },
    },
  });
  scene = new OAuthScene([server]);
});
afterAll(() => server[Symbol.asyncDispose]());

test.each(CLIENTS)('$name signs in, and stays signed in', async (known) => {
  const { description, metadata, redirectUri, isLocal } = known;
  let clientId = description;
  if (clientId === null) {
    const { status, client } = await scene.register(metadata);
    expect(status).toBe(201);
    expect(client).toMatchObject({
      token_endpoint_auth_method: 'none',
      redirect_uris: metadata.redirect_uris,
    });
    expect(client).not.toHaveProperty('client_secret');
    const { registration_client_uri: address, registration_access_token: token } = client;
    const read = await fetch(String(address), { headers: { authorization: `Bearer ${token}` } });
    expect(await read.json()).toMatchObject({ client_id: client.client_id });
    clientId = client.client_id;
  }
  const attempt = scene.attempt(clientId, { redirect_uri: redirectUri });
  const browser = scene.newBrowser();
  const page = await browser.open(attempt.url);
  const path = `/access-requests/${page.url.hash.replace('#/connect/', '')}`;
  expect((await scene.page(browser, 'ann', path)).fields).toMatchObject({
    client_name: metadata.client_name ?? null,
    is_local: isLocal,
  });
  const { url } = await scene.decide(browser, 'ann', page);
  expect(url.href.startsWith(redirectUri)).toBe(true);
  const response = await scene.exchange(url.searchParams.get('code')!, attempt);
  const tokens = (await response.json()) as { access_token: string; refresh_token: string };
  expect((await scene.verify(tokens.access_token)).status).toBe(200);
  expect((await scene.refresh(clientId, tokens.refresh_token)).status).toBe(200);
});
