import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { fetchDescribed } from '../../../support/fetch-described.ts';
import { open, parseAnswer, untilClosed } from '../raw-http.ts';
import { fieldsOf, TestServer } from '../test-server.ts';

const MEGABYTE = 1024 * 1024;
const instance = randomUUID();

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

const valid = (more: object = {}) => ({
  agent_instance_id: instance,
  agent_type: 'codex',
  content: 'hi',
  ...more,
});

async function refusal(answer: Response) {
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  const problem = await answer.json();
  expect(problem).toMatchObject({
    type: 'about:blank',
    title: expect.any(String),
    status: answer.status,
    detail: expect.any(String),
    request_id: answer.headers.get('x-request-id'),
  });
  return problem;
}

async function send(body: unknown, headers: { [name: string]: string } = {}, path = '/messages/agent') {
  const answer = await server.call('POST', path, { body, headers });
  return answer.ok ? { ok: true, ...(await fieldsOf(answer)) } : refusal(answer);
}

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const bytes = (...parts: (string | number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part)] : part)));

describe('an invalid JSON body', () => {
  test.each([
    ['truncated', '{"content": "hi"'],
    ['empty', ''],
    ['null', 'null'],
    ['a number', '1'],
    ['a string', '"text"'],
    ['an array', '[{}]'],
    ['a __proto__ key', '{"__proto__": {}}'],
    ['a constructor key', '{"message_metadata": {"constructor": {}}}'],
  ])('%s is 400 invalid_json', async (_name, body) => {
    expect(await send(body)).toMatchObject({ status: 400, code: 'invalid_json' });
  });

  test('nested deeper than 64 is 400 too_deep, however deep it is', async () => {
    expect(await send(`{"message_metadata":${nested(64)}}`)).toMatchObject({ status: 400, code: 'too_deep' });
    expect(await send(nested(100_000))).toMatchObject({ status: 400, code: 'too_deep' });
  });

  test('with more than 10,000 values is 413 too_many_values before it is parsed, wherever they are', async () => {
    const parse = vi.spyOn(JSON, 'parse');
    for (const body of [`{"a":[${'{},'.repeat(1_000_000)}{}]}`, `[${'0,'.repeat(10_000)}0]`]) {
      expect(await send(body)).toMatchObject({ status: 413, code: 'too_many_values' });
      expect(parse).not.toHaveBeenCalledWith(body);
    }
    parse.mockRestore();
  });

  test('has metadata of at most 65,536 characters', async () => {
    const metadata = (length: number) => valid({ message_metadata: { a: 'x'.repeat(length - 8) } });
    expect(await send(metadata(65_536))).toMatchObject({ ok: true });
    expect(await send(metadata(65_537))).toMatchObject({
      status: 422,
      errors: [{ path: 'message_metadata', message: expect.stringContaining('65,536') }],
    });
  });

  test.each([
    ['NUL', '{"content":"a\\u0000b"}', 'invalid_character'],
    ['a lone surrogate', '{"content":"a\\ud800b"}', 'invalid_character'],
    ['invalid UTF-8', bytes('{"content":"', [0xff, 0xfe], '"}'), 'invalid_encoding'],
    ['UTF-8 that encodes a surrogate', bytes('{"content":"', [0xed, 0xa0, 0x80], '"}'), 'invalid_encoding'],
  ])('%s is refused, not repaired', async (_name, body, code) => {
    expect(await send(body)).toMatchObject({ status: 400, code });
  });

  test('a byte order mark is ignored', async () => {
    expect(await send(`\ufeff${JSON.stringify(valid())}`)).toMatchObject({ ok: true });
  });

  test('a route without a body refuses a body that is not JSON, and ignores the fields of one that is', async () => {
    await send(valid());
    const path = `/agents/instances/${instance}/heartbeat`;
    expect(await send('{', {}, path)).toMatchObject({ status: 400, code: 'invalid_json' });
    expect(await send({ anything: 1 }, {}, path)).toMatchObject({ ok: true });
    expect(await send('', { 'content-type': 'text/plain' }, path)).toMatchObject({ ok: true });
  });
});

describe('the Content-Type of a body', () => {
  test.each([
    ['text/plain', 'text/plain'],
    ['a form', 'application/x-www-form-urlencoded'],
    ['a multipart form', 'multipart/form-data; boundary=x'],
    ['an unknown charset', 'application/json; charset=klingon'],
    ['latin-1', 'application/json;charset="iso-8859-1"'],
    ['almost JSON', 'application/jsonp'],
  ])('%s is 415', async (_name, type) => {
    const refused = await send(JSON.stringify(valid()), { 'content-type': type });
    expect(refused).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  test.each([undefined, ''])(
    'no Content-Type (%o) is 415, also on a route that needs no body',
    async (type) => {
      for (const path of ['/messages/agent', `/agents/instances/${instance}/heartbeat`]) {
        const answer = await fetchDescribed(`${server.url}/api/v1${path}`, {
          method: 'POST',
          headers: { authorization: 'Bearer ann', ...(type === undefined ? {} : { 'content-type': type }) },
          body: bytes(JSON.stringify(valid())),
        });
        expect(await refusal(answer)).toMatchObject({ status: 415, code: 'unsupported_media_type' });
      }
    },
  );

  test.each([
    'application/json; charset=UTF-8',
    'application/json;charset=utf8',
    'Application/Problem+JSON; charset="utf-8"',
  ])('%s is accepted as JSON', async (type) => {
    expect(await send(JSON.stringify(valid()), { 'content-type': type })).toMatchObject({ ok: true });
  });

  test('an unknown Content-Encoding is 415, and the response names the known ones', async () => {
    const answer = await server.call('POST', '/messages/agent', {
      body: valid(),
      headers: { 'content-encoding': 'lzma' },
    });
    expect(answer.headers.get('accept-encoding')).toBe('gzip, deflate, br');
    expect(await refusal(answer)).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });
});

describe('a compressed body', () => {
  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('%s is inflated', async (encoding, compress) => {
    const body = Uint8Array.from(compress(JSON.stringify(valid())));
    expect(await send(body, { 'content-encoding': encoding })).toMatchObject({ ok: true });
  });

  test.each([
    ['corrupt', Uint8Array.from(Buffer.from('this is not gzip'))],
    ['cut off', Uint8Array.from(gzipSync(JSON.stringify(valid())).subarray(0, -9))],
  ])('%s is 400 invalid_encoding', async (_name, body) => {
    expect(await send(body, { 'content-encoding': 'gzip' })).toMatchObject({
      status: 400,
      code: 'invalid_encoding',
    });
  });

  test('that is over the limit when inflated is 413', async () => {
    const bomb = Uint8Array.from(gzipSync(Buffer.alloc(64 * MEGABYTE)));
    expect(bomb.length).toBeLessThan(MEGABYTE);
    expect(await send(bomb, { 'content-encoding': 'gzip' })).toMatchObject({
      status: 413,
      code: 'too_large',
    });
  });
});

describe('a body over its limit', () => {
  const filled = (size: number) => JSON.stringify(valid({ filler: 'x'.repeat(size) }));

  test('over 16 MB is 413 on POST /messages/agent, and a client that is still sending reads the response', async () => {
    expect(await send(filled(15 * MEGABYTE))).toMatchObject({ ok: true });
    expect(await send(filled(16 * MEGABYTE))).toMatchObject({ status: 413, code: 'too_large' });
  });

  test('over 2 MB is 413 elsewhere', async () => {
    expect(await send(filled(1.9 * MEGABYTE), {}, '/messages/user')).toMatchObject({ ok: true });
    expect(await send(filled(2 * MEGABYTE), {}, '/messages/user')).toMatchObject({ status: 413 });
  });

  test('closes the connection also when the client gives no length and never stops sending', async () => {
    const socket = await open(server.port);
    const closed = untilClosed(socket);
    socket.write(
      'POST /api/v1/messages/user HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ann\r\n' +
        'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    const sending = setInterval(() => socket.writable && socket.write(chunk.repeat(8)), 1);
    const answer = parseAnswer(await closed);
    clearInterval(sending);
    expect(answer.status).toBe(413);
    expect(answer.headers.get('connection')).toBe('close');
  });

  test('is not read for ever only to be thrown away', async () => {
    const socket = await open(server.port);
    const closed = untilClosed(socket);
    const size = 512 * MEGABYTE;
    socket.write(
      'POST /api/v1/messages/user HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ann\r\n' +
        `Content-Type: application/json\r\nContent-Length: ${size}\r\n\r\n`,
    );
    const piece = Buffer.alloc(MEGABYTE, ' ');
    let accepted = 0;
    const send = () => {
      while (socket.writable && accepted < size && socket.write(piece)) accepted += MEGABYTE;
    };
    socket.on('drain', send);
    send();
    expect(parseAnswer(await closed).status).toBe(413);
    // 16 MB are thrown away at once, and the system keeps some more.
    expect(accepted).toBeLessThan(64 * MEGABYTE);
  });

  test('closes the connection if it is large and its request is refused before it is read', async () => {
    for (const [bytes, connection] of [
      [20 * MEGABYTE, 'close'],
      [10, 'keep-alive'],
    ] as const) {
      const socket = await open(server.port);
      const [head] = await Promise.all([
        once(socket, 'data'),
        socket.write(
          'POST /api/v1/messages/user HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer nobody\r\n' +
            `Content-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n{`,
        ),
      ]);
      const answer = parseAnswer(String(head));
      expect([answer.status, answer.headers.get('connection')]).toEqual([401, connection]);
      socket.destroy();
    }
  });

  test('is refused for its values while it arrives, and its rest is not waited for', async () => {
    const socket = await open(server.port);
    const closed = untilClosed(socket);
    socket.write(
      'POST /api/v1/messages/user HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ann\r\n' +
        `Content-Type: application/json\r\nContent-Length: 900000\r\n\r\n{"content":[${'{},'.repeat(50_000)}`,
    );
    const answer = parseAnswer(await closed);
    expect(answer.status).toBe(413);
    expect(answer.body).toContain('too_many_values');
    expect(answer.headers.get('connection')).toBe('close');
  });

  test('is refused because of its Content-Length, before any of it is sent', async () => {
    const socket = await open(server.port);
    const closed = untilClosed(socket);
    socket.write(
      'POST /api/v1/messages/user HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ann\r\n' +
        'Content-Type: application/json\r\nContent-Length: 999999999\r\n\r\n',
    );
    expect(parseAnswer(await closed).status).toBe(413);
  });
});

describe('well-formed but invalid input', () => {
  test.each(['not-a-uuid', `{${instance}}`, `urn:uuid:${instance}`, `${instance.toUpperCase()}x`, ''])(
    'the id "%s" is 422 invalid_id, naming the field',
    async (id) => {
      expect(await send(valid({ agent_instance_id: id }))).toMatchObject({
        status: 422,
        code: 'invalid_id',
        errors: [{ path: 'agent_instance_id', message: 'must be a UUID' }],
      });
    },
  );

  test('the error for an id in the path or the query names the field as well', async () => {
    const inPath = await refusal(await server.call('PATCH', '/messages/nope/request-input'));
    expect(inPath).toMatchObject({ status: 422, code: 'invalid_id', errors: [{ path: 'message_id' }] });
    const inQuery = await refusal(await server.call('GET', '/messages/pending?agent_instance_id=%FF'));
    expect(inQuery).toMatchObject({
      status: 422,
      code: 'invalid_id',
      errors: [{ path: 'agent_instance_id' }],
    });
  });

  test('a malformed id for a new instance is 400, as existing clients expect', async () => {
    const refused = await send({ agent_type: 'codex', agent_instance_id: 'nope' }, {}, '/agent-instances');
    expect(refused).toMatchObject({ status: 400, code: 'invalid_id', detail: 'Invalid agent_instance_id' });
  });

  test.each([
    ['an empty message', { content: '' }],
    ['white space only', { content: ' \n\t' }],
    ['a million and one characters', { content: 'x'.repeat(1_000_001) }],
    ['a number for a text', { content: 1 }],
    ['a text for a boolean', { requires_user_input: 'maybe' }],
    ['an empty text for a boolean', { send_push: '' }],
    ['a text with spaces for a boolean', { send_sms: ' true' }],
    ['a number but 0 and 1 for a boolean', { send_email: 2 }],
    ['a list for a boolean', { requires_user_input: [true] }],
    ['an overlong type', { agent_type: 'x'.repeat(256) }],
    ['metadata that is no object', { message_metadata: 'x' }],
  ])('%s is 422 invalid_input', async (_name, fields) => {
    expect(await send(valid(fields))).toMatchObject({
      status: 422,
      code: 'invalid_input',
      errors: [{ path: Object.keys(fields)[0], message: expect.any(String) }],
    });
  });

  test.each(['301', '-1', '1e999', '9'.repeat(400), 'soon', '0x10', 'Infinity'])(
    'a wait of "%s" in the query is 422',
    async (wait) => {
      const query = new URLSearchParams({ agent_instance_id: instance, wait });
      const refused = await refusal(await server.call('GET', `/messages/pending?${query}`));
      expect(refused).toMatchObject({ status: 422, code: 'invalid_input', errors: [{ path: 'wait' }] });
    },
  );

  test('a wait that overflows in a body is 422', async () => {
    const body = `{"agent_instance_id":"${instance}","wait":1e999}`;
    expect(await send(body, {}, '/messages/pending')).toMatchObject({ status: 422, code: 'invalid_input' });
  });

  test('a repeated query parameter is 422', async () => {
    const query = `agent_instance_id=${instance}&agent_instance_id=${instance}`;
    expect(await refusal(await server.call('GET', `/messages/pending?${query}`))).toMatchObject({
      status: 422,
    });
  });

  test('a query parameter named __proto__ is refused', async () => {
    const query = `agent_instance_id=${instance}&__proto__=1`;
    expect(await refusal(await server.call('GET', `/messages/pending?${query}`))).toMatchObject({
      status: 400,
      code: 'invalid_json',
    });
  });
});

describe('a wrong path, method or Accept header', () => {
  test('an unknown path is 404', async () => {
    for (const path of ['', '/', '/nope', '/messages', '/messages/agent/x', '/MESSAGES/agent']) {
      expect(await refusal(await server.call('GET', path))).toMatchObject({ status: 404, code: 'not_found' });
    }
  });

  test.each([
    ['GET', '/messages/agent', 'POST, OPTIONS'],
    ['DELETE', '/messages/pending', 'GET, POST, OPTIONS'],
    ['POST', '/auth/verify', 'GET, HEAD, OPTIONS'],
    ['GET', `/messages/${instance}/request-input`, 'PATCH, OPTIONS'],
  ])('%s %s is 405 with Allow: %s', async (method, path, allow) => {
    const answer = await server.call(method, path);
    expect(answer.headers.get('allow')).toBe(allow);
    expect(await refusal(answer)).toMatchObject({ status: 405, code: 'method_not_allowed' });
  });

  test('HEAD hands over no messages: it is allowed only for a read that changes nothing', async () => {
    const pending = await server.call('HEAD', `/messages/pending?agent_instance_id=${instance}`);
    expect(pending.status).toBe(405);
    expect(pending.headers.get('allow')).toBe('GET, POST, OPTIONS');
    const verify = await server.call('HEAD', '/auth/verify');
    expect(verify.status).toBe(200);
    expect(Number(verify.headers.get('content-length'))).toBeGreaterThan(0);
  });

  test('OPTIONS names the methods that the path allows', async () => {
    const answer = await server.call('OPTIONS', '/messages/pending');
    expect(answer.status).toBe(204);
    expect(answer.headers.get('allow')).toBe('GET, POST, OPTIONS');
  });

  test.each(['text/html', 'application/json;q=0', 'image/*, text/*;q=0.5'])(
    'Accept: %s is 406',
    async (accept) => {
      const answer = await server.call('GET', '/auth/verify', { headers: { accept } });
      expect(await refusal(answer)).toMatchObject({ status: 406, code: 'not_acceptable' });
    },
  );

  test.each([
    'application/json',
    'application/json, text/plain, */*',
    'application/*;q=0.1',
    'text/html, */*;q=0.1',
    'APPLICATION/Json ; Q=1',
    '',
  ])('Accept: %s allows JSON', async (accept) => {
    expect((await server.call('GET', '/auth/verify', { headers: { accept } })).status).toBe(200);
  });
});
