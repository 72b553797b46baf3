import { StreamableHTTPClientTransport as SplitTransport } from '@modelcontextprotocol/client';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { McpServer, until } from '../mcp-server.ts';
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

let server: McpServer;
let sessionId: string;
beforeAll(async () => {
  server = await McpServer.start({ timing: { keepAliveMs: 50 } });
});
afterAll(() => server[Symbol.asyncDispose]());

const ask = toolCall('ask_question', { question_text: '?' });
const step = toolCall('log_step', { step_description: 'x' });
const cancellation = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };

/** Reads a stream to its end. Returns its text. */
const untilEnd = (stream: Response): Promise<string> => readUntil(stream, /never/);
/** Fails if the stream has ended. */
const expectOpen = async (stream: Response): Promise<void> => {
  expect(await readUntil(stream, /keepalive/)).toContain('keepalive');
};

describe('a new stream takes the place of an older one that is still open at the server', () => {
  test('without Last-Event-ID', async () => {
    sessionId = await openSession(server);
    let open = await getStream(server, sessionId);
    for (let times = 0; times < 3; times += 1) {
      const newer = await getStream(server, sessionId);
      expect(newer.status).toBe(200);
      await untilEnd(open);
      open = newer;
    }
    await expectOpen(open);
    await open.body!.cancel();
  });

  test('not if the new request is refused', async () => {
    const open = await getStream(server, sessionId);
    const refused = await getStream(server, sessionId, { headers: { accept: 'text/html' } });
    expect(refused.status).toBe(406);
    await expectOpen(open);
    await open.body!.cancel();
  });

  test('with Last-Event-ID: the answer of the call arrives on the newest', async () => {
    sessionId = await openSession(server);
    const general = await getStream(server, sessionId);
    const call = await post(server, ask, { sessionId });
    const lastEventId = await nextEventId(call);
    await server.untilCallsWait(1);
    const resumed = await getStream(server, sessionId, { lastEventId });
    const again = await getStream(server, sessionId, { lastEventId });
    expect([resumed.status, again.status]).toEqual([200, 200]);
    for (const older of [call, resumed]) expect(await untilEnd(older)).not.toContain('"result"');
    expect(server.signals.size).toBe(1);
    await post(server, cancellation, { sessionId });
    expect(await untilEnd(again)).toMatch(/"id":1,"result"/);
    // The stream that belongs to no request is another one.
    await expectOpen(general);
    await general.body!.cancel();
  });
});

describe('a client that resumes the stream of a call', () => {
  /** Breaks the connection of a call, and waits until the call has its result. */
  const brokenCall = async (): Promise<string> => {
    const abort = new AbortController();
    const call = await post(server, ask, { sessionId, signal: abort.signal });
    const lastEventId = await nextEventId(call);
    await server.untilCallsWait(1);
    abort.abort();
    await server.untilCallsWait(0);
    return lastEventId;
  };

  test('gets the answer that it has missed, and then the stream ends', async () => {
    sessionId = await openSession(server);
    const lastEventId = await brokenCall();
    // A client that lost this connection too may ask twice.
    for (let times = 0; times < 2; times += 1) {
      const resumed = await getStream(server, sessionId, { lastEventId });
      expect(resumed.headers.get('content-type')).toBe('text/event-stream');
      expect(await untilEnd(resumed)).toMatch(/^event: message\nid: \S+\ndata: .*"status":"pending"/m);
    }
  });

  test('gets 405 if it has missed nothing, so that it stops', async () => {
    const finished = await (await post(server, step, { sessionId })).text();
    const [priming, answer] = [...finished.matchAll(/^id: (.+)$/gm)].map(([, id]) => id!);
    for (let times = 0; times < 3; times += 1) {
      const refused = await getStream(server, sessionId, { lastEventId: answer! });
      expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST, DELETE']);
      expect(await refused.json()).toMatchObject({
        error: { message: expect.stringContaining('Last-Event-ID') },
      });
    }
    expect(await untilEnd(await getStream(server, sessionId, { lastEventId: priming! }))).toContain(
      '"result"',
    );
  });

  test.each(['not-one-of-ours', '1', '-1', `${crypto.randomUUID()}-1`])(
    'gets 405 after the unknown event %s',
    async (lastEventId) => {
      expect((await getStream(server, sessionId, { lastEventId })).status).toBe(405);
    },
  );

  test('waits for the rest of a batch, and the stream ends with the last answer', async () => {
    const batch = await post(server, [{ jsonrpc: '2.0', id: 'first', method: 'ping' }, ask], { sessionId });
    await server.untilCallsWait(1);
    const resumed = await getStream(server, sessionId, { lastEventId: await nextEventId(batch) });
    expect(resumed.status).toBe(200);
    await readUntil(resumed, /"id":"first"/);
    await post(server, cancellation, { sessionId });
    expect(await untilEnd(resumed)).toContain('"id":1');
  });
});

/** Sends GETs with Last-Event-ID as often as its client wants, and counts the answers. */
const counting = () => {
  const statuses: number[] = [];
  return {
    statuses,
    fetch: async (url: string | URL, init?: RequestInit) => {
      const answer = await fetch(url, init);
      if (new Headers(init?.headers).has('last-event-id')) statuses.push(answer.status);
      return answer;
    },
  };
};

test.each([
  ['sdk 1.x', StreamableHTTPClientTransport],
  ['client 2.x', SplitTransport],
])('%s asks once for the rest of a finished stream, and keeps no stream open', async (_, Transport) => {
  const { statuses, fetch } = counting();
  const errors: Error[] = [];
  const transport = new Transport(new URL(`${server.url}/mcp`), {
    requestInit: { headers: { authorization: 'Bearer ann' } },
    fetch,
    reconnectionOptions: {
      initialReconnectionDelay: 1,
      maxReconnectionDelay: 1,
      reconnectionDelayGrowFactor: 1,
      maxRetries: 2,
    },
  });
  const received: unknown[] = [];
  transport.onmessage = (message: unknown) => void received.push(message);
  transport.onerror = (error: Error) => void errors.push(error);
  await transport.start();
  let lastEventId = '';
  const onresumptiontoken = (token: string) => {
    lastEventId = token;
  };
  await transport.send({ ...INITIALIZE }, { onresumptiontoken });
  await until(() => received.length === 1);
  for (let calls = 1; calls <= 3; calls += 1) {
    await transport.send({ ...step, jsonrpc: '2.0', id: calls }, { onresumptiontoken });
    await until(() => received.length === calls + 1);
    await transport.resumeStream(lastEventId);
    expect(statuses).toEqual(Array.from({ length: calls }, () => 405));
  }
  // Other requests of the client pass meanwhile, so a repeated one would have arrived.
  for (let times = 0; times < 20; times += 1) await messagesIn(await post(server, step, { sessionId }));
  expect(statuses).toHaveLength(3);
  expect(errors).toEqual([]);
  await transport.close();
});
