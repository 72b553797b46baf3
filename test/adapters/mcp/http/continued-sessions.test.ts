import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ToolResult } from '../../../../src/adapters/mcp/tools/tool-result.ts';
import { McpServer } from '../mcp-server.ts';
import {
  getStream,
  INITIALIZE,
  messagesIn,
  nextEventId,
  openSession,
  post,
  readUntil,
  toolCall,
} from '../raw-mcp.ts';

let [first, second]: McpServer[] = [];
/** The id of a session that the first server has opened. The second server does not know it. */
let sessionId: string;
beforeAll(async () => {
  [first, second] = [await McpServer.start(), await McpServer.start()];
});
afterAll(async () => {
  for (const server of [first!, second!]) await server[Symbol.asyncDispose]();
});

const request = (method: string, params: object = {}) => ({ jsonrpc: '2.0', id: 1, method, params });
const step = toolCall('log_step', { step_description: 'x' });
const agentTypeIn = async (server: McpServer, answer: Response): Promise<string> => {
  const [message] = await messagesIn(answer);
  return server.agentTypeOf(String((message!.result as ToolResult).structuredContent!.agent_instance_id));
};

describe('a session that another process has opened', () => {
  beforeAll(async () => {
    const clientInfo = { name: 'Their Agent', version: '1' };
    const params = { ...INITIALIZE.params, clientInfo };
    const answer = await post(first!, { ...INITIALIZE, params });
    await answer.text();
    sessionId = answer.headers.get('mcp-session-id')!;
  });

  test.each([
    ['tools/list', {}],
    ['tools/call', step.params],
    ['resources/list', {}],
    ['resources/templates/list', {}],
    ['prompts/list', {}],
    ['prompts/get', { name: 'work-with-the-dashboard' }],
    ['ping', {}],
  ])('serves %s', async (method, params) => {
    await using server = await McpServer.start();
    const answer = await post(server, request(method, params), { sessionId });
    expect(answer.status).toBe(200);
    expect(await messagesIn(answer)).toMatchObject([{ id: 1, result: {} }]);
  });

  test('takes a batch, a notification and the deletion', async () => {
    const batch = [request('ping'), { ...step, id: 2 }];
    expect(await messagesIn(await post(second!, batch, { sessionId }))).toHaveLength(2);
    const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };
    await using server = await McpServer.start();
    expect((await post(server, initialized, { sessionId })).status).toBe(202);
    const headers = { authorization: 'Bearer ann', 'mcp-session-id': sessionId };
    expect((await fetch(`${server.url}/mcp`, { method: 'DELETE', headers })).status).toBe(200);
  });

  test('has the agent type that it had there', async () => {
    expect(await agentTypeIn(first!, await post(first!, step, { sessionId }))).toBe('their agent');
    expect(await agentTypeIn(second!, await post(second!, step, { sessionId }))).toBe('their agent');
  });

  test('is opened once for requests that arrive at the same time, and its calls can be cancelled', async () => {
    await using server = await McpServer.start();
    const ask = (id: number) =>
      post(server, toolCall('ask_question', { question_text: `${id}?` }, id), { sessionId });
    const waiting = await Promise.all([ask(0), ask(1), ask(2), getStream(server, sessionId)]);
    await server.untilCallsWait(3);
    expect(server.endpoint.sessionCount).toBe(1);
    const params = { requestId: 1 };
    await post(server, { jsonrpc: '2.0', method: 'notifications/cancelled', params }, { sessionId });
    await server.untilCallsWait(2);
    expect(await waiting[1]!.text()).toContain('"id":1');
    for (const answer of waiting.filter(({ bodyUsed }) => !bodyUsed)) await answer.body!.cancel();
    await server.untilCallsWait(0);
  });

  test('never replays an event of here to a client that resumes a stream of there', async () => {
    const there = await post(first!, step, { sessionId });
    const lastEventId = await nextEventId(there);
    await messagesIn(await post(second!, step, { sessionId }));
    expect((await getStream(second!, sessionId, { lastEventId })).status).toBe(405);
  });

  test('works without the session only for a valid token', async () => {
    expect((await post(second!, step, { sessionId, token: 'nobody' })).status).toBe(401);
  });
});

describe('a session id that no server has made', () => {
  test.each([
    crypto.randomUUID(),
    'x',
    '!"#$%&\'()*+,-./:;<=>?@[]^_`{|}~',
    'a b',
    `${crypto.randomUUID()}.${'A'.repeat(2_000)}`,
    `${crypto.randomUUID()}.${Buffer.from('{"v":1,"client":7}').toString('base64url')}`,
    'x'.repeat(8_000),
    'caf\u00e9',
  ])('is served without any state: %s', async (id) => {
    const headers = { 'user-agent': 'their-program/1' };
    const answer = await post(second!, step, { sessionId: id, headers });
    expect(answer.status).toBe(200);
    expect(await agentTypeIn(second!, answer)).toBe('their-program');
    const stream = await getStream(second!, id);
    expect(stream.status).toBe(200);
    await stream.body!.cancel();
  });
});

test('`initialize` opens a new session, whatever session id is sent with it', async () => {
  const known = await openSession(second!);
  for (const id of [known, sessionId, 'none']) {
    const answer = await post(second!, INITIALIZE, { sessionId: id });
    expect(answer.status).toBe(200);
    await answer.text();
    expect(answer.headers.get('mcp-session-id')).not.toBe(id);
  }
  expect((await post(second!, step, { sessionId: known })).status).toBe(200);
});

test('HTTP+SSE: a message to a session that this process does not have gets 404, since its stream is elsewhere', async () => {
  const stream = await fetch(`${first!.url}/sse`, { headers: { authorization: 'Bearer ann' } });
  const [, path] = /data: (\S+)/.exec(await readUntil(stream, /data: \S+\n/))!;
  expect((await post(second!, step, {}, path)).status).toBe(404);
  await stream.body!.cancel();
});
