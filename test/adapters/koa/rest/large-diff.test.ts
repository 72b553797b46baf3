import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { brotliCompressSync, constants, createGzip, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { MAX_GIT_DIFF_BYTES } from '../../../../src/domain/text/git-diff.ts';
import { fieldsOf, TestServer } from '../test-server.ts';

const MEGABYTE = 1024 * 1024;

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

const diffOf = (size: number, line = '+é added line\n') =>
  `diff --git a/f b/f\n${line.repeat(Math.ceil(size / Buffer.byteLength(line)))}`;

const bodyOf = (git_diff: string, content = 'the step') => ({
  agent_instance_id: randomUUID(),
  git_diff,
  agent_type: 'codex',
  content,
});

const escaped = (text: string) =>
  text.replace(/[\s\S]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

async function send(
  body: object | string | Uint8Array<ArrayBuffer>,
  headers: { [name: string]: string } = {},
) {
  const answer = await server.call('POST', '/messages/agent', { body, headers });
  return { httpStatus: answer.status, ...(await fieldsOf(answer)) };
}

/** Returns the instance as the person sees it. */
async function stored(id: string) {
  const headers = { authorization: 'Bearer ann-dashboard' };
  return fieldsOf<{ git_diff: string; messages: { content: string }[] }>(
    await server.call('GET', `/agent-instances/${id}`, { headers }),
  );
}

async function expectKept(id: string, content = 'the step') {
  const { git_diff, messages } = await stored(id);
  expect(messages.map((message) => message.content)).toEqual([content]);
  expect(git_diff.startsWith('diff --git a/f b/f\n+')).toBe(true);
  expect(git_diff.endsWith('# diff cut here: it was larger than 1 MiB\n')).toBe(true);
  const size = Buffer.byteLength(git_diff);
  expect(size).toBeLessThanOrEqual(MAX_GIT_DIFF_BYTES);
  expect(size).toBeGreaterThan(MAX_GIT_DIFF_BYTES - 100);
}

describe('a step keeps its text when its diff makes the body too large', () => {
  test.each<[string, (diff: string) => string]>([
    ['plain', (diff) => JSON.stringify(diff)],
    ['base64', (diff) => JSON.stringify(Buffer.from(diff).toString('base64'))],
    [
      'base64 in lines',
      (diff) => JSON.stringify(Buffer.from(diff).toString('base64').replace(/.{76}/g, '$&\r\n')),
    ],
    ['URL-safe base64', (diff) => JSON.stringify(Buffer.from(diff).toString('base64url'))],
    ['with every character escaped', (diff) => `"${escaped(diff.slice(0, 4 * MEGABYTE))}"`],
    [
      'base64 with every character escaped',
      (diff) =>
        `"${escaped(
          Buffer.from(diff)
            .toString('base64')
            .slice(0, 4 * MEGABYTE),
        )}"`,
    ],
    ['with a NUL and half an emoji', (diff) => JSON.stringify(`${diff}\0\ud83d`)],
  ])('%s', async (_name, write) => {
    const body = bodyOf('DIFF');
    const text = JSON.stringify(body).replace('"DIFF"', () => write(diffOf(18 * MEGABYTE)));
    expect(text.length).toBeGreaterThan(16 * MEGABYTE);
    expect(await send(text)).toMatchObject({ httpStatus: 200, git_diff_status: 'cut' });
    await expectKept(body.agent_instance_id);
  });

  test('also with the longest text, and the diff as the first or the last field', async () => {
    const content = '😀'.repeat(1_000_000);
    const { git_diff, ...rest } = bodyOf(diffOf(20 * MEGABYTE), content);
    for (const body of [
      { git_diff, ...rest },
      { ...rest, git_diff },
    ]) {
      body.agent_instance_id = randomUUID();
      expect(await send(body)).toMatchObject({ httpStatus: 200, git_diff_status: 'cut' });
      await expectKept(body.agent_instance_id, content);
    }
  });

  test('also when what is sent is no diff: the step counts, the diff is rejected', async () => {
    expect(await send(bodyOf('x'.repeat(17 * MEGABYTE)))).toMatchObject({
      httpStatus: 200,
      git_diff_status: 'rejected',
    });
  });

  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['gzip', (bytes) => gzipSync(bytes, { level: 1 })],
    ['deflate', (bytes) => deflateSync(bytes, { level: 1 })],
    ['br', (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ])('also when the body is compressed: %s', async (encoding, compress) => {
    const body = bodyOf(diffOf(40 * MEGABYTE));
    const bytes = Uint8Array.from(compress(Buffer.from(JSON.stringify(body))));
    expect(await send(bytes, { 'content-encoding': encoding })).toMatchObject({ git_diff_status: 'cut' });
    await expectKept(body.agent_instance_id);
  });

  test.each([null, 'gzip'])(
    'also when the client says no length (%s), and the memory stays bounded',
    async (encoding) => {
      const body = bodyOf('DIFF');
      const [before, after] = JSON.stringify(body).split('DIFF') as [string, string];
      const chunk = Buffer.from(JSON.stringify(diffOf(MEGABYTE)).slice(1, -1));
      const req = request(`${server.url}/api/v1/messages/agent`, {
        method: 'POST',
        headers: {
          authorization: 'Bearer ann',
          'content-type': 'application/json',
          ...(encoding !== null && { 'content-encoding': encoding }),
        },
      });
      const gzip = encoding === null ? null : createGzip({ level: 1 });
      gzip?.pipe(req);
      const out = gzip ?? req;
      const answered = once(req, 'response');
      let highest = 0;
      const write = async (bytes: string | Buffer) => {
        if (!out.write(bytes)) await Promise.race([once(out, 'drain'), answered]);
        highest = Math.max(highest, process.memoryUsage().arrayBuffers);
      };
      const memoryBefore = process.memoryUsage().arrayBuffers;
      await write(before);
      for (let sent = 0; sent < 220; sent += 1) await write(chunk);
      out.end(after);
      const [response] = await answered;
      expect(response.statusCode).toBe(200);
      response.resume();
      // 220 MB were sent; the server keeps 9 MB of them, and some are on the way or not yet collected.
      expect(highest - memoryBefore).toBeLessThan(160 * MEGABYTE);
      await expectKept(body.agent_instance_id);
    },
  );
});

test.each<[string, object]>([
  ['its text', bodyOf(diffOf(MEGABYTE), 'x'.repeat(17 * MEGABYTE))],
  ['another field', { ...bodyOf(diffOf(MEGABYTE)), filler: 'x'.repeat(17 * MEGABYTE) }],
  [
    'a field of the same name elsewhere',
    { ...bodyOf(''), message_metadata: { git_diff: 'x'.repeat(17 * MEGABYTE) } },
  ],
])('a body that is too large because of %s is still 413', async (_name, body) => {
  expect(await send(body)).toMatchObject({ httpStatus: 413, code: 'too_large' });
});

test('a body of more than 256 MB is refused by its length, whatever is in it', async () => {
  const req = request(`${server.url}/api/v1/messages/agent`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer ann',
      'content-type': 'application/json',
      'content-length': 300 * MEGABYTE,
    },
  });
  req.flushHeaders();
  const [response] = await once(req, 'response');
  expect(response.statusCode).toBe(413);
  req.destroy();
});

test('a content that is too long is refused as such, also beside a diff that is cut', async () => {
  expect(await send(bodyOf(diffOf(17 * MEGABYTE), 'x'.repeat(1_000_001)))).toMatchObject({
    httpStatus: 422,
    errors: [{ path: 'content' }],
  });
});

test('a client that goes away in the middle of a large diff leaves no error in the log', async () => {
  const req = request(`${server.url}/api/v1/messages/agent`, {
    method: 'POST',
    headers: { authorization: 'Bearer ann', 'content-type': 'application/json' },
  });
  req.on('error', () => undefined);
  req.write(`{"git_diff":"${'x'.repeat(17 * MEGABYTE)}`, () => req.destroy());
  const isRefused = () => expect(server.log.lines.map(({ fields }) => fields.status)).toContain(400);
  await vi.waitFor(isRefused, { timeout: 60_000 });
  expect(await send(bodyOf('still there'))).toMatchObject({ httpStatus: 200 });
  expect(server.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
});
