import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { open, parseAnswer, sendRaw, untilClosed } from '../raw-http.ts';
import { inMemory, TestServer } from '../test-server.ts';

function expectProblem(answer: ReturnType<typeof parseAnswer>, status: number, code: string): void {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(answer.headers.get('connection')).toBe('close');
  expect(JSON.parse(answer.body)).toMatchObject({
    status,
    code,
    detail: expect.any(String),
    request_id: answer.headers.get('x-request-id'),
  });
}

describe('a malformed request', () => {
  test('Content-Length with Transfer-Encoding is 400', async () => {
    await using server = await TestServer.start();
    const lines = [
      'POST /api/v1/messages/user HTTP/1.1',
      'Host: localhost',
      'Authorization: Bearer ann',
      'Content-Type: application/json',
      'Content-Length: 5',
      'Transfer-Encoding: chunked',
    ];
    expectProblem(await sendRaw(server.port, lines, '0\r\n\r\n'), 400, 'malformed_request');
  });

  test.each([
    'NONSENSE',
    'GET / HTTP/1.1\r\nHost: localhost\r\nBad Header: x',
    'GET /\x01 HTTP/1.1\r\nHost: localhost',
  ])('bytes that are not HTTP are 400', async (head) => {
    await using server = await TestServer.start();
    expectProblem(await sendRaw(server.port, [head]), 400, 'malformed_request');
  });

  test('headers over 16 KB are 431', async () => {
    await using server = await TestServer.start();
    const lines = ['GET /health HTTP/1.1', 'Host: localhost', `X-Filler: ${'x'.repeat(17 * 1024)}`];
    expectProblem(await sendRaw(server.port, lines), 431, 'headers_too_large');
  });

  test.each(['/mcp', '/mcp/', '/sse', '/messages?sessionId=x'])('is a JSON-RPC error at %s', async (path) => {
    await using server = await TestServer.start({}, { headersTimeoutMs: 50, requestTimeoutMs: 100 });
    const jsonRpc = (answer: ReturnType<typeof parseAnswer>) => {
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      return JSON.parse(answer.body);
    };
    const tooLarge = [`POST ${path} HTTP/1.1`, 'Host: localhost', `X-Filler: ${'x'.repeat(17 * 1024)}`];
    expect(jsonRpc(await sendRaw(server.port, tooLarge))).toEqual({
      jsonrpc: '2.0',
      error: expect.objectContaining({ data: expect.objectContaining({ code: 'headers_too_large' }) }),
      id: null,
    });
    const malformed = [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Bad Header: x'];
    expect(jsonRpc(await sendRaw(server.port, malformed))).toMatchObject({
      error: { data: { status: 400 } },
    });
  });

  const FILLER = Array.from({ length: 14 }, (_, n) => `X-${n}: ${'x'.repeat(1_380)}\r\n`);
  test.each([
    ['headers over 16 KB', 431, ['POST /mcp HTTP/1.1\r\nHost: localhost\r\n', ...FILLER]],
    ['a query over 16 KB', 431, [`POST /mcp?${'q'.repeat(20_000)} HTTP/1.1\r\n`]],
    ['a header without a colon', 400, ['POST /mcp HTTP/1.1\r\n', 'Bad Header\r\n\r\n']],
    ['a header without a colon, of a whole URL', 400, ['POST http://h/mcp HTTP/1.1\r\n', 'Bad\r\n\r\n']],
    ['a path in two packets', 400, ['POST /m', 'cp HTTP/1.1\r\nBad Header\r\n\r\n']],
    ['headers that do not end', 408, ['POST /mcp HTTP/1.1\r\nHost: localhost\r\n']],
    [
      'a later request',
      431,
      ['POST /mcp HTTP/1.1\r\nContent-Length: 0\r\n\r\n', 'GET /mcp HTTP/1.1\r\n', ...FILLER],
    ],
  ])('is a JSON-RPC error at /mcp also in several packets: %s', async (_case, status, packets) => {
    await using server = await TestServer.start({}, status === 408 ? { headersTimeoutMs: 50 } : {});
    const accepted = once(server.http.server, 'connection');
    const socket = await open(server.port);
    const said = untilClosed(socket);
    const [serverSocket] = await accepted;
    for (const packet of packets) {
      if (serverSocket.destroyed) break;
      const next = Promise.withResolvers<void>();
      serverSocket.once('data', next.resolve).once('close', next.resolve);
      socket.write(packet);
      await next.promise;
      serverSocket.off('close', next.resolve);
    }
    const lastAnswer = (await said).split(/(?=HTTP\/1\.1 )/).at(-1)!;
    expect(parseAnswer(lastAnswer)).toMatchObject({ status, body: expect.stringMatching(/^{"jsonrpc"/) });
  });

  test('headers that arrive too slowly are 408', async () => {
    await using server = await TestServer.start({}, { headersTimeoutMs: 50 });
    const socket = await open(server.port);
    socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n');
    const dribble = setInterval(() => socket.writable && socket.write('X: y\r\n'), 10);
    const answer = parseAnswer(await untilClosed(socket));
    clearInterval(dribble);
    expectProblem(answer, 408, 'request_timeout');
  });

  test('a body that arrives too slowly is 408', async () => {
    await using server = await TestServer.start({}, { headersTimeoutMs: 50, requestTimeoutMs: 100 });
    const socket = await open(server.port);
    socket.write(
      'POST /api/v1/messages/user HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ann\r\n' +
        'Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n',
    );
    expectProblem(parseAnswer(await untilClosed(socket)), 408, 'request_timeout');
    expect(server.log.lines.filter(({ level }) => level !== 'debug')).toEqual([]);
  });

  test('is not answered in the middle of another response', async () => {
    const memory = inMemory();
    await using server = await TestServer.start({ dispatch: memory.dispatch });
    const agent_instance_id = randomUUID();
    const body = { agent_instance_id, agent_type: 'codex', content: 'hi' };
    await server.call('POST', '/messages/agent', { body });
    const socket = await open(server.port);
    const said = untilClosed(socket);
    socket.write(
      `GET /api/v1/messages/pending?wait=60&agent_instance_id=${agent_instance_id} HTTP/1.1\r\n` +
        'Host: localhost\r\nAuthorization: Bearer ann\r\n\r\n',
    );
    await vi.waitFor(() => expect(memory.signals.size).toBe(1), { interval: 1 });
    socket.write('NONSENSE\r\n\r\n');
    expect(await said).toBe('');
  });
});

describe('draining', () => {
  /** Sends a request that `server` does not answer yet. */
  async function hold() {
    const memory = inMemory();
    const server = await TestServer.start({ dispatch: memory.dispatch });
    const agent_instance_id = randomUUID();
    const body = { agent_instance_id, agent_type: 'codex', content: 'hi' };
    await server.call('POST', '/messages/agent', { body });
    const held = server.call('POST', '/messages/pending', { body: { agent_instance_id, wait: 60 } });
    await vi.waitFor(() => expect(memory.signals.size).toBe(1), { interval: 1 });
    return { server, held, stop: () => memory.stopping.abort() };
  }

  test('answers current requests, closes their connections, and accepts no new ones', async () => {
    const { server, held, stop } = await hold();
    const drained = server.http.drain(60_000);
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
    stop();
    const answer = await held;
    expect(answer.status).toBe(200);
    expect(answer.headers.get('connection')).toBe('close');
    expect(await drained).toBe(true);
  });

  test('aborts requests that are not answered by the deadline', async () => {
    const { server, held } = await hold();
    const cut = expect(held).rejects.toThrow();
    expect(await server.http.drain(20)).toBe(false);
    await cut;
  });

  test('does not wait for idle connections, used or not', async () => {
    await using server = await TestServer.start();
    const accepted = once(server.http.server, 'connection');
    const unused = await open(server.port);
    await accepted;
    const used = await open(server.port);
    used.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(used, 'data');
    const closed = Promise.all([untilClosed(unused), untilClosed(used)]);
    expect(await server.http.drain(60_000)).toBe(true);
    await closed;
  });
});
