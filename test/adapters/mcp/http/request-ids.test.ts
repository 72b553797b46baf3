import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ToolResult } from '../../../../src/adapters/mcp/tools/tool-result.ts';
import { McpServer } from '../mcp-server.ts';
import {
  messagesIn,
  openSession,
  post,
  readUntil,
  STATELESS_HEADERS,
  statelessCall,
  toolCall,
} from '../raw-mcp.ts';

let server: McpServer;
beforeAll(async () => {
  server = await McpServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

const ask = (id: string | number) => toolCall('ask_question', { question_text: '?' }, id);
const step = (id: string | number) => toolCall('log_step', { step_description: 'x' }, id);
const ping = (id: string | number) => ({ jsonrpc: '2.0', id, method: 'ping' });
const cancellation = (requestId: string | number) => ({
  jsonrpc: '2.0',
  method: 'notifications/cancelled',
  params: { requestId },
});
const errorIn = async (answer: Response) => [
  answer.status,
  ((await answer.json()) as { error: object }).error,
];
const REFUSED = { code: -32_600, message: expect.stringContaining('request id') };

/** How many agent instances the user has. Each step or question that is stored here has one of its own. */
const instanceCount = async (): Promise<number> => {
  const answer = await server.server.call('GET', '/agent-instances', {
    headers: { authorization: 'Bearer ann-dashboard' },
  });
  return ((await answer.json()) as object[]).length;
};

describe('in a session of Streamable HTTP', () => {
  test.each([
    ['a call', 7, step(7)],
    ['a call with a text as id', 'a', ask('a')],
    ['another kind of request', 3, ping(3)],
    ['a batch with one such call', 7, [ping(8), step(7)]],
  ])(
    '%s with the id of a call that still waits is refused with 409, and the first is answered',
    async (_, id, body) => {
      const sessionId = await openSession(server);
      const first = await post(server, ask(id), { sessionId });
      await server.untilCallsWait(1);
      const before = await instanceCount();
      expect(await errorIn(await post(server, body, { sessionId }))).toMatchObject([409, REFUSED]);
      expect(await instanceCount()).toBe(before);

      await post(server, cancellation(id), { sessionId });
      expect(await readUntil(first, /"result"/)).toContain(`"id":${JSON.stringify(id)}`);
      // The id is free again.
      expect((await messagesIn(await post(server, step(id), { sessionId })))[0]).toMatchObject({ id });
    },
  );

  test('the number 1 and the text "1" are different ids, and so are those of different sessions', async () => {
    const [one, other] = [await openSession(server), await openSession(server)];
    const waiting = await post(server, ask(1), { sessionId: one });
    await server.untilCallsWait(1);
    expect((await messagesIn(await post(server, step('1'), { sessionId: one })))[0]).toMatchObject({
      id: '1',
    });
    expect((await messagesIn(await post(server, step(1), { sessionId: other })))[0]).toMatchObject({ id: 1 });
    expect((await post(server, cancellation(1), { sessionId: other })).status).toBe(202);
    expect((await post(server, cancellation('1'), { sessionId: one })).status).toBe(202);
    expect((await messagesIn(await post(server, step(2), { sessionId: one })))[0]).toMatchObject({ id: 2 });
    expect(server.signals.size).toBe(1);
    await post(server, cancellation(1), { sessionId: one });
    await readUntil(waiting, /"result"/);
  });

  test.each([
    ['twice the same call', [step(1), step(1)]],
    ['a call and a ping', [step('a'), ping(2), ping('a')]],
  ])('a batch with the same id twice is refused whole: %s', async (_, batch) => {
    const sessionId = await openSession(server);
    const before = await instanceCount();
    expect(await errorIn(await post(server, batch, { sessionId }))).toMatchObject([400, REFUSED]);
    expect(await instanceCount()).toBe(before);
    expect((await post(server, step(1), { sessionId })).status).toBe(200);
  });

  test.each([
    ['of an unknown revision', step(1), { 'mcp-protocol-version': '1999-01-01' }],
    ['that is too long', Array.from({ length: 200 }, (_, id) => ping(id)), {}],
  ])('a body %s is refused, and keeps none of its ids in use', async (_, body, headers) => {
    const sessionId = await openSession(server);
    expect((await post(server, body, { sessionId, headers })).status).toBe(400);
    expect((await post(server, step(1), { sessionId })).status).toBe(200);
  });

  test('a call in a batch keeps its arguments beside a response with the same id', async () => {
    const sessionId = await openSession(server);
    const batch = [{ jsonrpc: '2.0', id: 1, result: {} }, step(1)];
    const [answer] = await messagesIn(await post(server, batch, { sessionId }));
    expect(answer!.result).toMatchObject({ structuredContent: { success: true } });
  });

  test('a cancelled request that fails is answered too, so that its id is free again', async () => {
    const sessionId = await openSession(server);
    const read = { jsonrpc: '2.0', id: 5, method: 'resources/read', params: { uri: 'nowhere' } };
    const [answer] = await messagesIn(await post(server, [read, cancellation(5)], { sessionId }));
    expect(answer).toMatchObject({ id: 5, error: { code: expect.any(Number) } });
    expect((await post(server, step(5), { sessionId })).status).toBe(200);
  });
});

describe('over HTTP+SSE', () => {
  test('a call with the id of a call that still waits is refused, and the first is answered', async () => {
    const stream = await fetch(`${server.url}/sse`, { headers: { authorization: 'Bearer ann' } });
    const [, path] = /data: (\S+)/.exec(await readUntil(stream, /data: \S+\n/))!;
    const send = (body: object) => post(server, body, {}, path);
    expect((await send(ask(7))).status).toBe(202);
    await server.untilCallsWait(1);
    const before = await instanceCount();
    for (const body of [step(7), [step(7)]]) {
      expect(await errorIn(await send(body))).toMatchObject([409, REFUSED]);
    }
    expect(await errorIn(await send([step(1), step(1)]))).toMatchObject([400, REFUSED]);
    expect((await send([step(1)])).status).toBe(400);
    expect(await instanceCount()).toBe(before);

    // A cancelled call gets no response here. Its id is free again, and so is that of a refused body.
    expect((await send(cancellation(7))).status).toBe(202);
    await server.untilCallsWait(0);
    for (const id of [7, 1, 7]) {
      expect((await send(step(id))).status).toBe(202);
      expect(await readUntil(stream, /"result"/)).toContain(`"id":${id}`);
    }
    await stream.body!.cancel();
  });
});

test('without a session, calls with the same id do not meet, and none cancels another', async () => {
  const send = (name: string, args: object) =>
    post(server, statelessCall(name, args), { headers: { ...STATELESS_HEADERS, 'mcp-name': name } });
  const waiting = await send('ask_question', { question_text: '?' });
  await server.untilCallsWait(1);
  const [other] = await messagesIn(await send('log_step', { step_description: 'x' }));
  expect((other!.result as ToolResult).structuredContent).toMatchObject({ step_number: 1 });
  const { params } = statelessCall('log_step', {});
  const headers = { ...STATELESS_HEADERS, 'mcp-method': 'notifications/cancelled' };
  await post(server, { ...cancellation(1), params: { _meta: params._meta, requestId: 1 } }, { headers });
  expect(server.signals.size).toBe(1);
  await waiting.body!.cancel();
  await server.untilCallsWait(0);
});
