import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fetchDescribed } from '../../../support/fetch-described.ts';
import { open, parseAnswer, sendRaw, untilClosed } from '../raw-http.ts';
import { fieldsOf, TestServer } from '../test-server.ts';

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start({ publicUrl: 'https://agents.example/' });
});
afterEach(() => server[Symbol.asyncDispose]());

const CHALLENGE =
  'Bearer realm="agent-dashboard", resource_metadata="https://agents.example/.well-known/oauth-protected-resource"';

describe('an invalid token', () => {
  const tooLong = 'ann'.padEnd(8 * 1024 + 1, '.');
  test.each([
    ['missing', '/auth/verify', null],
    ['unknown', '/auth/verify', 'Bearer eve'],
    ['empty', '/auth/verify', 'Bearer '],
    ['of another scheme', '/auth/verify', 'Basic YW5uOmFubg=='],
    ['of another scheme, where the token would be', '/auth/verify', 'Digest ann'],
    ['over 8 KB', '/auth/verify', `Bearer ${tooLong}`],
    ['in the query', '/auth/verify?access_token=ann', null],
    ['in the query beside a good one', '/auth/verify?access_token=ann', 'Bearer ann'],
    ['in the query as token', '/auth/verify?x=1&token=ann', 'Bearer ann'],
    ['in the query, encoded', '/auth/verify?acces%73_token=ann', 'Bearer ann'],
    ['missing at the base path', '', null],
    ['missing at an unknown path', '/nowhere', null],
    ['missing with a wrong method', '/messages/agent', null],
  ])('%s gets the same 401 as any other invalid token', async (_name, path, authorization) => {
    const headers = authorization === null ? {} : { authorization };
    const answer = await fetchDescribed(`${server.url}/api/v1${path}`, { headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(CHALLENGE);
    const { request_id, ...problem } = await fieldsOf(answer);
    expect(request_id).toBe(answer.headers.get('x-request-id'));
    expect(problem).toEqual({
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      detail: 'A valid bearer token is required',
      code: 'unauthenticated',
    });
  });

  test('gets the same response headers, whatever is wrong with it', async () => {
    const headersOf = async (authorization: string | null, path = '/auth/verify') => {
      const headers = authorization === null ? {} : { authorization };
      const answer = await fetchDescribed(`${server.url}/api/v1${path}`, { headers });
      const { date, 'x-request-id': id, ...rest } = Object.fromEntries(answer.headers);
      expect([typeof date, typeof id]).toEqual(['string', 'string']);
      return rest;
    };
    const missing = await headersOf(null);
    for (const wrong of [
      'Bearer eve',
      'Bearer slow-eve',
      'Bearer ',
      'Basic YW5uOmFubg==',
      `Bearer ${tooLong}`,
    ])
      expect(await headersOf(wrong)).toEqual(missing);
    expect(await headersOf('Bearer ann', '/auth/verify?token=ann')).toEqual(missing);
    expect(await headersOf('Bearer eve', '/nowhere')).toEqual(missing);
  });

  test('is refused before the body is read', async () => {
    const socket = await open(server.port);
    const answered = new Promise<string>((resolve) => {
      socket.once('data', (chunk) => resolve(chunk.toString()));
    });
    socket.write('POST /api/v1/messages/agent HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n');
    expect(parseAnswer(await answered).status).toBe(401);
    socket.destroy();
  });
});

describe('a valid token', () => {
  test.each([
    'Bearer ann',
    'bearer ann',
    'BEARER   ann ',
    'Bearer slow-ann',
    `Bearer ${'ann'.padEnd(8 * 1024, '.')}`,
  ])('"%s" is accepted', async (authorization) => {
    const answer = await server.call('GET', '/auth/verify', { headers: { authorization } });
    expect(await answer.json()).toMatchObject({ user_id: 'ann' });
  });

  test('without the scope gets 403 insufficient_scope, which names the missing scope', async () => {
    const answer = await server.call('POST', '/sessions/end', {
      body: { agent_instance_id: 'whatever' },
      headers: { authorization: 'Bearer ann-dashboard' },
    });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'insufficient_scope', status: 403 });
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer realm="agent-dashboard", error="insufficient_scope", scope="agent", ' +
        'resource_metadata="https://agents.example/.well-known/oauth-protected-resource"',
    );
  });

  test('gets no WWW-Authenticate header when the token is not the reason of the error', async () => {
    for (const path of ['/nowhere', '/messages/pending']) {
      const answer = await server.call('GET', path);
      expect(answer.headers.get('www-authenticate')).toBeNull();
    }
  });

  test('two Authorization headers are 400, because a proxy may have checked either of them', async () => {
    const answer = await sendRaw(server.port, [
      'GET /api/v1/auth/verify HTTP/1.1',
      'Host: localhost',
      'Authorization: Bearer ann',
      'authorization: Bearer bob',
    ]);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'invalid_header' });
  });
});

describe('the log', () => {
  test('has one line per request, with the user and without the token and the query', async () => {
    await server.call('GET', '/messages/pending?agent_instance_id=secret-query', {
      headers: { 'x-request-id': 'req-1' },
    });
    await fetchDescribed(`${server.url}/api/v1/auth/verify?access_token=secret-token`);
    const requests = server.log.lines.filter(({ message }) => message === 'request');
    expect(requests.map(({ level, fields }) => ({ level, ...fields }))).toEqual([
      {
        level: 'debug',
        method: 'GET',
        path: '/api/v1/messages/pending',
        status: 422,
        ms: expect.any(Number),
        request_id: 'req-1',
        user_id: 'ann',
      },
      expect.objectContaining({ path: '/api/v1/auth/verify', status: 401, user_id: null }),
    ]);
    expect(JSON.stringify(server.log.lines)).not.toContain('secret');
  });

  test('escapes CR and LF in a path', async () => {
    const socket = await open(server.port);
    socket.write(
      'GET /api/v1/a%0d%0ab HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ann\r\nConnection: close\r\n\r\n',
    );
    expect(parseAnswer(await untilClosed(socket)).status).toBe(404);
    expect(server.log.lines.at(-1)?.fields).toMatchObject({ path: '/api/v1/a%0d%0ab' });
  });
});

describe('X-Request-Id', () => {
  test.each(['abc-123', 'A.b_c:d', 'x'.repeat(128)])('the client’s own "%s" is returned', async (id) => {
    const answer = await server.call('GET', '/auth/verify', { headers: { 'x-request-id': id } });
    expect(answer.headers.get('x-request-id')).toBe(id);
  });

  test.each(['', 'with space', 'x'.repeat(129), '<script>', 'a,b'])('"%s" is replaced', async (id) => {
    const answer = await server.call('GET', '/auth/verify', { headers: { 'x-request-id': id } });
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});
