import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ToolResult } from '../../../../src/adapters/mcp/tools/tool-result.ts';
import { CLIENTS } from '../clients.ts';
import { McpServer } from '../mcp-server.ts';
import {
  INITIALIZE,
  messagesIn,
  openSession,
  post,
  STATELESS_HEADERS,
  statelessCall,
  toolCall,
} from '../raw-mcp.ts';

let server: McpServer;
beforeAll(async () => {
  server = await McpServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

const MODERN_HEADERS = { ...STATELESS_HEADERS, 'mcp-name': 'log_step' };
const step = { step_description: 'x' };

/** Posts a body with exactly this Accept header; null: without one. `fetch` would add one. */
async function postAccepting(accept: string | null, body: object, headers: object) {
  const { request } = await import('node:http');
  const allHeaders = {
    authorization: 'Bearer ann',
    'content-type': 'application/json',
    ...(accept !== null && { accept }),
    ...headers,
  };
  return new Promise<number>((resolve, reject) => {
    const req = request(`${server.url}/mcp`, { method: 'POST', headers: allHeaders }, (res) => {
      res.resume().once('end', () => resolve(res.statusCode!));
    });
    req.once('error', reject).end(JSON.stringify(body));
  });
}

describe('a client that accepts JSON and streams is served, however it says so', () => {
  test.each([
    '*/*',
    null,
    '',
    ' , ',
    'Application/JSON, TEXT/event-stream',
    'application/*, text/*',
    'TEXT/*;q=0.1,APPLICATION/*',
    'text/event-stream;q=0.5 ,application/json ; q=1.0',
    'application/json;charset=utf-8;q=0.9,text/event-stream; charset="utf-8"',
    'text/html, */*; q = 0.1',
    'image/png;q=0, application/json\t,\ttext/event-stream',
    'application/json, */*;q=0.01',
  ])('Accept: %s', async (accept) => {
    expect(await postAccepting(accept, INITIALIZE, {})).toBe(200);
    expect(await postAccepting(accept, statelessCall('log_step', step), MODERN_HEADERS)).toBe(200);
  });

  test.each([
    'text/html',
    'application/json',
    'text/event-stream',
    '*/*;q=0',
    'application/json, text/event-stream;q=0.0, */*',
  ])('but Accept: %s is refused, because it cannot read what is sent', async (accept) => {
    expect(await postAccepting(accept, INITIALIZE, {})).toBe(406);
  });

  test.each(['*/*', 'text/*', 'TEXT/EVENT-STREAM;q=0.2'])(
    'GET with Accept: %s opens the stream',
    async (accept) => {
      const sessionId = await openSession(server);
      const headers = { authorization: 'Bearer ann', accept, 'mcp-session-id': sessionId };
      const answer = await fetch(`${server.url}/mcp`, { headers });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
      await answer.body?.cancel();
    },
  );
});

describe.each(CLIENTS)('$kind: arguments that a model should have left out', ({ connect }) => {
  test.each<[string, object]>([
    ['an empty id', { agent_instance_id: '' }],
    ['a blank id', { agent_instance_id: ' ' }],
    ['null', { agent_instance_id: null }],
  ])('log_step with %s starts a new session', async (_name, args) => {
    await using client = await connect(server.url);
    const result = await client.call('log_step', { ...step, ...args });
    expect(result).toMatchObject({ structuredContent: { success: true, step_number: 1 } });
  });

  test.each<[string, object]>([
    ['a number as text', { wait_seconds: '0' }],
    ['a decimal as text, and empty ids', { wait_seconds: ' 0.0 ', question_id: '', agent_instance_id: '' }],
    ['null', { wait_seconds: 0, question_id: null, agent_instance_id: null }],
  ])('ask_question with %s asks', async (_name, args) => {
    await using client = await connect(server.url);
    const result = await client.call('ask_question', { question_text: 'Go?', ...args });
    expect(result).toMatchObject({ structuredContent: { status: 'pending' } });
    const { question_id } = (result as ToolResult).structuredContent!;
    const again = { question_text: '', question_id, wait_seconds: '0' };
    expect(await client.call('ask_question', again)).toMatchObject({ structuredContent: { question_id } });
  });

  const options = ['A', 'B'];
  test.each<[string, object, object]>([
    ['a deadline', { expires_in_seconds: '60' }, { on_expiry: 'expire' }],
    ['options', { options: '["A", {"label": "B"}]' }, { options: [{ value: 'A' }, { value: 'B' }] }],
    ['numbers of options', { options, multiple: true, min: '1', max: ' 2 ' }, { min: 1, max: 2 }],
    [
      'a form',
      { form: '{"type": "object", "properties": {"port": {"type": "integer"}}}' },
      { form: { properties: { port: { type: 'integer' } } } },
    ],
    [
      'values as the default answer',
      { options, expires_in_seconds: 60, default_answer: '["A"]' },
      { default_answer: ['A'] },
    ],
    [
      'a form as the default answer',
      {
        form: { type: 'object', properties: { port: { type: 'integer' } } },
        expires_in_seconds: 60,
        default_answer: '{"port": 80}',
      },
      { default_answer: { port: 80 } },
    ],
    [
      'an ordinary text as the default answer',
      { options, expires_in_seconds: 60, default_answer: 'A' },
      { default_answer: 'A' },
    ],
    [
      'a text that only looks like values, where there are no options',
      { expires_in_seconds: 60, default_answer: '["A"]' },
      { default_answer: '["A"]' },
    ],
  ])('ask_question with %s as text asks for that', async (_name, args, expected) => {
    await using client = await connect(server.url);
    const result = await client.call('ask_question', { question_text: 'Go?', wait_seconds: 0, ...args });
    const { agent_instance_id } = (result as ToolResult).structuredContent!;
    const path = `/agent-instances/${agent_instance_id}/messages?limit=1`;
    const answer = await server.server.call('GET', path, {
      headers: { authorization: 'Bearer ann-dashboard' },
    });
    const [message] = (await answer.json()) as { expires_at: string | null; question: object | null }[];
    expect({ on_expiry: 'expire', ...message!.question }).toMatchObject(expected);
    expect(message!.expires_at === null).toBe(!('expires_in_seconds' in args));
  });

  test.each([
    ['options', '[1'],
    ['options', '{"label": "A"}'],
    ['form', '["A"]'],
    ['form', 'port'],
  ])('but %s of %j are refused', async (argument, text) => {
    await using client = await connect(server.url);
    const result = await client.call('ask_question', { question_text: 'Go?', [argument]: text });
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining(`${argument}: must be`) }],
    });
  });

  test.each(['soon', '1e3', '0x10', '5 minutes', true])(
    'but a wait of %j is refused',
    async (wait_seconds) => {
      await using client = await connect(server.url);
      const result = await client.call('ask_question', { question_text: 'Go?', wait_seconds });
      expect(result).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining('wait_seconds') }],
      });
    },
  );
});

test('null instead of arguments, params or a cursor counts as absent', async () => {
  const sessionId = await openSession(server);
  const legacy = async (body: object) => (await messagesIn(await post(server, body, { sessionId })))[0];
  expect(await legacy(toolCall('log_step', null))).toMatchObject({
    result: { isError: true, content: [{ text: expect.stringContaining('step_description: is required') }] },
  });
  const stateless = await post(server, statelessCall('log_step', null), { headers: MODERN_HEADERS });
  expect(await messagesIn(stateless)).toMatchObject([{ result: { isError: true } }]);
  for (const params of [null, { cursor: null }]) {
    const list = { jsonrpc: '2.0', id: 2, method: 'tools/list', params };
    expect(await legacy(list)).toMatchObject({ result: { tools: expect.any(Array) } });
  }
  const prompt = { name: 'work-with-the-dashboard', arguments: { task: null, agent_instance_id: '' } };
  expect(await legacy({ jsonrpc: '2.0', id: 3, method: 'prompts/get', params: prompt })).toMatchObject({
    result: { messages: [{ content: { text: expect.stringContaining('Leave agent_instance_id out') } }] },
  });
});
