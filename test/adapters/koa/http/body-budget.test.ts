import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { BodyBudget } from '../../../../src/adapters/koa/http/body-budget.ts';
import { open, parseAnswer, untilClosed } from '../raw-http.ts';
import { fakeTokens, TestServer } from '../test-server.ts';

const PATH = '/api/v1/messages/agent';

/** A step whose JSON has this many bytes. */
function stepOf(bytes: number): string {
  const step = { agent_instance_id: randomUUID(), agent_type: 'codex', content: '' };
  return JSON.stringify({ ...step, content: 'x'.repeat(bytes - JSON.stringify(step).length) });
}

const headLines = (token: string, ...more: string[]) =>
  [
    `POST ${PATH} HTTP/1.1`,
    ...['Host: localhost', `Authorization: Bearer ${token}`, 'Content-Type: application/json'],
    ...more,
    '\r\n',
  ].join('\r\n');

/** Sends a step of this size at once, and returns the status. */
async function statusOf(server: TestServer, bytes: number, token = 'ann'): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  return (await server.call('POST', '/messages/agent', { body: stepOf(bytes), headers })).status;
}

/** Announces a body and sends only its beginning. */
async function beginBody({ port }: TestServer, bytes: number) {
  const socket = await open(port);
  socket.write(`${headLines('ann', `Content-Length: ${bytes}`)}{`);
  return socket;
}

test('announced bodies take their bytes until their connection closes: first the token has none left, then all', async () => {
  const bodyBudget = new BodyBudget({ bytesPerToken: 1_000, bytes: 1_500 });
  await using server = await TestServer.start({ bodyBudget });
  const slow = await beginBody(server, 900);
  await expect.poll(() => bodyBudget.taken).toBe(900);

  const refused = await server.call('POST', '/messages/agent', { body: stepOf(200) });
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await refused.json()).toMatchObject({
    code: 'rate_limited',
    detail: expect.stringContaining('1000'),
  });

  expect(await statusOf(server, 500, 'bob')).toBe(200);
  const busy = await server.call('POST', '/messages/agent', {
    body: stepOf(700),
    headers: { authorization: 'Bearer bob' },
  });
  expect(busy.status).toBe(503);
  expect(busy.headers.get('retry-after')).toBe('1');
  expect(await busy.json()).toMatchObject({ code: 'server_busy' });

  slow.destroy();
  await expect.poll(() => bodyBudget.taken).toBe(0);
  expect(await statusOf(server, 1_000)).toBe(200);
  await expect.poll(() => bodyBudget.taken).toBe(0);
});

test('the body of a client that is gone before it is read takes no bytes', async () => {
  const closed = Promise.withResolvers<void>();
  const bodyBudget = new BodyBudget();
  const verify = async () => {
    await closed.promise;
    return fakeTokens.verify('ann');
  };
  await using server = await TestServer.start({ bodyBudget, tokens: { verify } });
  server.http.server.on('request', (_req, res) => res.once('close', closed.resolve));
  const socket = await beginBody(server, 900);
  socket.destroy();
  await expect.poll(() => server.log.at('debug').some(({ message }) => message === 'request')).toBe(true);
  expect(bodyBudget.taken).toBe(0);
});

test.each([
  ['in chunks', (body: string) => [['Transfer-Encoding: chunked'], chunked(Buffer.from(body))] as const],
  ['compressed', compressed],
])(
  'a body that comes %s takes its bytes as they arrive, and is refused with the rest unread',
  async (_, sent) => {
    const bodyBudget = new BodyBudget({ bytesPerToken: 100_000 });
    await using server = await TestServer.start({ bodyBudget });
    const answers = [];
    for (const bytes of [90_000, 110_000]) {
      const [headers, body] = sent(stepOf(bytes));
      const socket = await open(server.port);
      socket.write(headLines('ann', ...headers, 'Connection: close'));
      socket.write(body);
      answers.push(parseAnswer(await untilClosed(socket)));
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 429]);
    await expect.poll(() => bodyBudget.taken).toBe(0);
  },
);

function compressed(body: string) {
  const bytes = gzipSync(body);
  return [['Content-Encoding: gzip', `Content-Length: ${bytes.length}`], bytes] as const;
}

const chunked = (body: Buffer) =>
  Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]);
