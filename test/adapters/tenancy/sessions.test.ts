import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { STREAMABLE, type TestClient } from '../mcp/clients.ts';
import { normaliseResponses, recordResponse } from './fixture/normalise-response.ts';
import { OBSERVED_STORES } from './fixture/observed-stores.ts';
import type { Tenant } from './fixture/tenant.ts';
import { TenantServer, tokenOf } from './fixture/tenant-server.ts';

let server: TenantServer;
let owner: Tenant;
let stranger: Tenant;
let client: TestClient;
let events: OwnerEvents;

/** The HTTP+SSE stream of the MCP session's owner. */
interface OwnerEvents extends AsyncDisposable {
  readonly sessionId: string;
  /** Resolves with the next text that arrives. */
  next(): Promise<string>;
}

beforeAll(async () => {
  server = await TenantServer.start(OBSERVED_STORES[0]!.open);
  [owner, stranger] = [await server.newTenant(), await server.newTenant()];
  client = await STREAMABLE.connect(server.url, { token: tokenOf(owner.userId) });
  events = await openEvents(server.url, owner);
});
afterAll(async () => {
  await client.close();
  await events[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function openEvents(url: string, { userId }: Tenant): Promise<OwnerEvents> {
  const gone = new AbortController();
  const headers = { authorization: `Bearer ${tokenOf(userId)}`, accept: 'text/event-stream' };
  const { body } = await fetch(`${url}/sse`, { headers, signal: gone.signal });
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => (await reader.read()).value ?? '';
  const sessionId = /sessionId=([0-9a-f-]{36})/.exec(await next())![1]!;
  return { sessionId, next, [Symbol.asyncDispose]: async () => gone.abort() };
}

const call = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'log_step', arguments: { step_description: 'a step of a stranger' } },
};
const message = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'stranger', version: '1' } },
};

interface SessionRequest {
  readonly name: string;
  readonly method: string;
  readonly at: 'mcp' | 'mcp/' | 'messages';
  readonly body?: object;
  readonly headers?: { readonly [name: string]: string };
}

const REQUESTS: readonly SessionRequest[] = [
  ...(['mcp', 'mcp/', 'messages'] as const).flatMap((at) => [
    { name: `a call to /${at}`, method: 'POST', at, body: call },
    { name: `calls in a batch to /${at}`, method: 'POST', at, body: [call, message] },
    { name: `a cancellation to /${at}`, method: 'POST', at, body: message },
    { name: `an initialization to /${at}`, method: 'POST', at, body: initialize },
  ]),
  { name: 'a stream', method: 'GET', at: 'mcp' },
  { name: 'a stream resumed', method: 'GET', at: 'mcp', headers: { 'last-event-id': '1' } },
  {
    name: 'a stream resumed at an event that does not exist',
    method: 'GET',
    at: 'mcp',
    headers: { 'last-event-id': '999' },
  },
  { name: 'deletion', method: 'DELETE', at: 'mcp' },
  { name: 'deletion at /mcp/', method: 'DELETE', at: 'mcp/' },
];

test.each(REQUESTS)(
  "a stranger's $name in another user's session is answered as in a session that does not exist",
  async (request) => {
    const { method, at, body, headers } = request;
    const send = async (id: string) => {
      const inQuery = at === 'messages' ? `?sessionId=${id}` : '';
      const answer = await fetch(`${server.url}/${at}${inQuery}`, {
        method,
        headers: {
          authorization: `Bearer ${tokenOf(stranger.userId)}`,
          accept: method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(at !== 'messages' && { 'mcp-session-id': id }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const isOpenStream = method === 'GET' && answer.ok;
      if (isOpenStream) await answer.body!.cancel();
      const recorded = await recordResponse(isOpenStream ? new Response(null, answer) : answer);
      return normaliseResponses([recorded], [id], stranger);
    };
    const id = at === 'messages' ? events.sessionId : client.sessionId!;
    expect(await send(id)).toBe(await send(randomUUID()));
  },
);

test('the sessions still work for their owner, who has received nothing of the requests of others', async () => {
  expect((await client.call('log_step', { step_description: 'a step' })).isError).toBeFalsy();
  const posted = await fetch(`${server.url}/messages?sessionId=${events.sessionId}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokenOf(owner.userId)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...initialize, id: 'of the owner' }),
  });
  expect(posted.status).toBe(202);
  expect(await events.next()).toContain('of the owner');
  expect(await server.store.storedText(owner.userId)).not.toContain('stranger');
});
