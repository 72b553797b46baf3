import {
  auth as authOfSplitClient,
  Client as SplitClient,
  StreamableHTTPClientTransport as SplitTransport,
} from '@modelcontextprotocol/client';
import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IssuingServer } from '../issuing-server.ts';
import { OAuthScene } from './scene.ts';

const REDIRECT_URI = 'http://localhost:4711/callback';

let server: IssuingServer;
let scene: OAuthScene;
beforeAll(async () => {
  server = await IssuingServer.start({ oauth: {} });
  scene = new OAuthScene([server]);
});
afterAll(() => server[Symbol.asyncDispose]());

/** What the client libraries want of a program: they call it with what has to be kept. */
function newProgram() {
  const kept: { [name: string]: unknown } = {};
  const keep = (name: string) => (value: unknown) => {
    kept[name] = value;
  };
  return {
    kept,
    redirectUrl: REDIRECT_URI,
    clientMetadata: {
      client_name: 'A client of the SDK',
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    clientInformation: () => kept.client,
    saveClientInformation: keep('client'),
    tokens: () => kept.tokens,
    saveTokens: keep('tokens'),
    redirectToAuthorization: keep('url'),
    saveCodeVerifier: keep('verifier'),
    codeVerifier: () => kept.verifier,
    saveDiscoveryState: keep('discovery'),
    discoveryState: () => kept.discovery,
  };
}

/** Lets a person allow what the program has asked for. Returns what comes back to the program. */
async function allow({ kept }: ReturnType<typeof newProgram>): Promise<URLSearchParams> {
  const browser = scene.newBrowser();
  const { url } = await scene.decide(browser, 'ann', await browser.open(String(kept.url)));
  expect(url.href.startsWith(REDIRECT_URI)).toBe(true);
  return url.searchParams;
}

describe.each(['/mcp', '/sse'])('sdk 1.x at %s', (path) => {
  test('signs in after it was refused, asks for no more than it needs, and calls a tool', async () => {
    const program = newProgram();
    const serverUrl = new URL(server.server.url + path);
    const newTransport = () =>
      path === '/mcp'
        ? new StreamableHTTPClientTransport(serverUrl, { authProvider: program as never })
        : new SSEClientTransport(serverUrl, { authProvider: program as never });
    const refused = newTransport();
    await expect(new Client({ name: 'test', version: '1' }).connect(refused as never)).rejects.toThrow();
    const scope = new URL(String(program.kept.url)).searchParams.get('scope');
    expect(scope).toBe(path === '/mcp' ? 'agent' : 'agent dashboard');
    await refused.finishAuth((await allow(program)).get('code')!);
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(newTransport() as never);
    const result = await client.callTool({ name: 'log_step', arguments: { step_description: 'Signed in' } });
    expect(result.structuredContent).toMatchObject({ success: true });
    await client.close();
  });
});

test('sdk 1.x gets new tokens by itself', async () => {
  const program = newProgram();
  const serverUrl = `${server.server.url}/mcp`;
  expect(await auth(program as never, { serverUrl })).toBe('REDIRECT');
  const code = (await allow(program)).get('code')!;
  expect(await auth(program as never, { serverUrl, authorizationCode: code })).toBe('AUTHORIZED');
  const first = program.kept.tokens as { access_token: string; refresh_token: string };
  expect(await auth(program as never, { serverUrl })).toBe('AUTHORIZED');
  const second = program.kept.tokens as { access_token: string; refresh_token: string };
  expect(second.refresh_token).not.toBe(first.refresh_token);
  expect((await scene.verify(second.access_token)).status).toBe(200);
});

test('client 2.x signs in, checks who has answered, and calls a tool', async () => {
  const program = newProgram();
  const serverUrl = new URL(`${server.server.url}/mcp`);
  expect(await authOfSplitClient(program as never, { serverUrl })).toBe('REDIRECT');
  const answer = await allow(program);
  const done = await authOfSplitClient(
    program as never,
    {
      serverUrl,
      authorizationCode: answer.get('code')!,
      iss: answer.get('iss')!,
    } as never,
  );
  expect(done).toBe('AUTHORIZED');
  const client = new SplitClient({ name: 'test', version: '1' });
  await client.connect(new SplitTransport(serverUrl, { authProvider: program as never }));
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toContain('ask_question');
  await client.close();
});
