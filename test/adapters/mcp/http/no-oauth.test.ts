import { auth as authOfSplitClient } from '@modelcontextprotocol/client';
import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fieldsOf } from '../../koa/test-server.ts';
import { McpServer } from '../mcp-server.ts';

let server: McpServer;
beforeAll(async () => {
  server = await McpServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

const WHAT_TO_DO = /Authorization: Bearer <token>.*page of API keys/;

const provider = (stored: object = {}) => ({
  redirectUrl: 'http://127.0.0.1:1/callback',
  clientMetadata: { redirect_uris: ['http://127.0.0.1:1/callback'], client_name: 'test' },
  clientInformation: () => undefined,
  saveClientInformation: () => expect.unreachable(),
  tokens: () => undefined,
  saveTokens: () => expect.unreachable(),
  redirectToAuthorization: () => expect.unreachable(),
  invalidateCredentials: () => expect.unreachable(),
  saveCodeVerifier: () => undefined,
  codeVerifier: () => '',
  ...stored,
});

test.each([
  ['sdk 1.x', auth],
  ['client 2.x', authOfSplitClient],
])('%s: a client that is refused reads how to get a token', async (_name, signIn) => {
  for (const path of ['/mcp', '/sse']) {
    const attempt = signIn(provider() as never, { serverUrl: server.url + path });
    await expect(attempt).rejects.toThrow(WHAT_TO_DO);
  }
});

test('a client with a refresh token of before reads it too, and keeps what it has stored', async () => {
  const stored = {
    clientInformation: () => ({ client_id: 'x', issuer: server.url }),
    tokens: () => ({ access_token: 'old', token_type: 'bearer', refresh_token: 'old', issuer: server.url }),
  };
  const attempt = auth(provider(stored) as never, { serverUrl: `${server.url}/mcp` });
  await expect(attempt).rejects.toThrow(WHAT_TO_DO);
});

test.each([
  ['POST', '/register', 400],
  ['POST', '/token', 400],
  ['GET', '/authorize?response_type=code', 400],
  ['POST', '/register/', 400],
  ['GET', '/.well-known/oauth-authorization-server', 404],
  ['GET', '/.well-known/oauth-authorization-server/mcp', 404],
  ['GET', '/.well-known/openid-configuration', 404],
  ['GET', '/mcp/.well-known/openid-configuration', 404],
  ['GET', '/sse/.well-known/oauth-authorization-server', 404],
])('%s %s is an OAuth error that says what to do', async (method, path, status) => {
  const answer = await fetch(server.url + path, { method });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    status,
    'application/json; charset=utf-8',
  ]);
  expect(await fieldsOf(answer)).toEqual({
    error: 'access_denied',
    error_description: expect.stringMatching(WHAT_TO_DO),
  });
});

test('a foreign page gets an OAuth error there as well', async () => {
  const headers = { origin: 'https://evil.example' };
  const answer = await fetch(`${server.url}/register`, { method: 'POST', headers });
  expect(answer.status).toBe(403);
  expect(await fieldsOf(answer)).toEqual({ error: 'access_denied', error_description: expect.any(String) });
});

test('the metadata of the protected resource is still there', async () => {
  const answer = await fetch(`${server.url}/.well-known/oauth-protected-resource/mcp`);
  expect(await fieldsOf(answer)).toMatchObject({
    resource: `${server.url}/mcp`,
    bearer_methods_supported: ['header'],
  });
});
