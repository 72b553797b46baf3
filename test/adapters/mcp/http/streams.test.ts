import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OpenRequests } from '../../../../src/adapters/mcp/http/open-requests.ts';
import { SessionEventStore } from '../../../../src/adapters/mcp/http/session-event-store.ts';
import { McpServer } from '../mcp-server.ts';
import { openSession, post, readUntil, STATELESS_HEADERS, statelessCall, toolCall } from '../raw-mcp.ts';

const ASK = { question_text: '?' };

describe('a call that waits', () => {
  let server: McpServer;
  beforeAll(async () => {
    server = await McpServer.start({ timing: { keepAliveMs: 300 } });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const answered = async (call: Promise<Response>) => {
    const answer = await call;
    const first = await readUntil(answer, /./);
    expect(first).not.toContain('keepalive');
    return { answer, first };
  };

  test('in a session sends its first byte at once, and then keep-alive comments', async () => {
    const sessionId = await openSession(server);
    const { answer } = await answered(post(server, toolCall('ask_question', ASK), { sessionId }));
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
    await readUntil(answer, /^:.*keepalive/m);
    await answer.body!.cancel();
  });

  test('without a session does the same', async () => {
    const headers = { ...STATELESS_HEADERS, 'mcp-name': 'ask_question' };
    const { answer, first } = await answered(post(server, statelessCall('ask_question', ASK), { headers }));
    expect(first).toMatch(/^:/);
    await readUntil(answer, /^: keepalive/m);
    await answer.body!.cancel();
    await server.untilCallsWait(0);
  });

  test('over HTTP+SSE does the same', async () => {
    const stream = fetch(`${server.url}/sse`, { headers: { authorization: 'Bearer ann' } });
    const { answer, first } = await answered(stream);
    expect(first).toMatch(/^event: endpoint\ndata: \/messages\?sessionId=/);
    await readUntil(answer, /^: keepalive/m);
    await answer.body!.cancel();
  });

  test('does not delay a step: without a session, that is answered with plain JSON', async () => {
    const headers = { ...STATELESS_HEADERS, 'mcp-name': 'log_step' };
    const answer = await post(server, statelessCall('log_step', { step_description: 'x' }), { headers });
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(await answer.json()).toMatchObject({ result: { structuredContent: { step_number: 1 } } });
  });
});

describe('the events of a session', () => {
  const message = (text: string) => ({ jsonrpc: '2.0', method: text }) as const;
  const replayed = async (events: SessionEventStore, after: string) => {
    const sent: unknown[] = [];
    const send = async (_id: string, event: unknown) => {
      sent.push(event);
    };
    return { stream: await events.replayEventsAfter(after, { send }), sent };
  };

  test('are replayed after the given event, without those of other streams', async () => {
    const events = new SessionEventStore(new OpenRequests());
    const id = await events.storeEvent('one', {} as never);
    await events.storeEvent('two', message('other'));
    await events.storeEvent('one', message('a'));
    await events.storeEvent('one', message('b'));
    expect(await replayed(events, id)).toEqual({ stream: 'one', sent: [message('a'), message('b')] });
  });

  test('are forgotten, the oldest first, if they are too many or too large', async () => {
    const many = new SessionEventStore(new OpenRequests());
    const first = await many.storeEvent('one', message('first'));
    for (let made = 0; made < 200; made += 1) await many.storeEvent('one', message('x'));
    expect(many.missedAfter(first)).toBeNull();

    const large = new SessionEventStore(new OpenRequests());
    const small = await large.storeEvent('one', message('small'));
    const id = await large.storeEvent('one', message('x'.repeat(2 * 1024 * 1024)));
    expect(large.missedAfter(small)).toBeNull();
    expect(large.missedAfter(id)).toMatchObject({ streamId: 'one', events: [] });
  });
});
