import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendRaw } from '../raw-http.ts';
import { TestServer } from '../test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({
    allowedHosts: ['Dash.Example', 'only-here.example:8443'],
    corsOrigins: ['https://page.example/'],
    publicUrl: 'https://public.example',
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const get = (path: string, ...headers: string[]) =>
  sendRaw(server.port, [`GET ${path} HTTP/1.1`, 'Authorization: Bearer ann', ...headers]);

describe('the Host header', () => {
  test.each([
    'localhost',
    'localhost:8080',
    'LOCALHOST',
    '127.0.0.1:1',
    '[::1]',
    '[::1]:8080',
    'dash.example',
    'dash.example:99',
    'only-here.example:8443',
    'public.example',
  ])('%s is accepted', async (host) => {
    expect((await get('/api/v1/auth/verify', `Host: ${host}`)).status).toBe(200);
  });

  test.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    'only-here.example',
    'only-here.example:1',
    '127.0.0.2',
    '0.0.0.0',
    '',
    // Other spellings of an accepted name. No browser sends them.
    'localhost.',
    'localhost.:8080',
    'localhost:',
    'localhost:8080:8080',
    'only-here.example:8443:1',
    'localhost@evil.example',
    'evil.example#localhost',
    'localhost/',
    'localhost,evil.example',
    '::1',
    '[::1',
    '[::1].evil.example',
    '[::ffff:127.0.0.1]',
    '2130706433',
  ])('"%s" is 403', async (host) => {
    for (const path of ['/api/v1/auth/verify', '/', '/.well-known/oauth-protected-resource', '/nowhere']) {
      const answer = await get(path, `Host: ${host}`);
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'forbidden_host' });
    }
  });

  test('is not checked for probes', async () => {
    for (const path of ['/health', '/ready']) expect((await get(path, 'Host: 10.1.2.3')).status).toBe(200);
  });

  test('is 400 when it is sent twice, or is missing in HTTP/1.1', async () => {
    for (const hosts of [['Host: localhost', 'host: evil.example'], []]) {
      const answer = await get('/health', ...hosts);
      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'invalid_header' });
    }
  });
});

test('a configured IPv6 address is accepted as Host', async () => {
  await using one = await TestServer.start({ allowedHosts: ['[fd00::1]'] });
  for (const [host, status] of [
    ['[fd00::1]', 200],
    ['[FD00::1]:8080', 200],
    ['[fd00::2]', 403],
  ] as const) {
    expect((await sendRaw(one.port, ['GET / HTTP/1.1', `Host: ${host}`])).status).toBe(status);
  }
});

test('X-Forwarded-Host and Forwarded are not trusted', async () => {
  for (const line of ['X-Forwarded-Host: localhost', 'Forwarded: host=localhost'])
    expect((await get('/', 'Host: evil.example', line)).status).toBe(403);
});

describe('the Origin header', () => {
  const verify = (origin: string) =>
    get('/api/v1/auth/verify', `Host: localhost:${server.port}`, `Origin: ${origin}`);

  test('of the server itself is accepted, without CORS headers', async () => {
    for (const origin of [`http://localhost:${server.port}`, 'https://public.example']) {
      const answer = await verify(origin);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  test.each([
    'https://evil.example',
    'http://localhost:1',
    'http://localhost',
    'null',
    '',
    '*',
    'https://page.example.evil.example',
    'https://page.example.',
    'https://page.example:8443',
    'http://page.example',
    'https://page.example@evil.example',
    'https://sub.page.example',
    // A name with a Cyrillic letter, in the form that browsers send.
    'https://xn--pge-6cd.example',
    'https://page.example, https://evil.example',
    'http://localhost.:1',
    'http://[::1]',
  ])('"%s" is 403', async (origin) => {
    const answer = await verify(origin);
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'forbidden_origin' });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('that is configured may read responses, errors included', async () => {
    const answers = [
      await verify('https://page.example'),
      await get('/api/v1/nowhere', 'Host: localhost', 'Origin: https://page.example'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 404]);
    for (const { headers } of answers) {
      expect(headers.get('access-control-allow-origin')).toBe('https://page.example');
      expect(headers.get('access-control-expose-headers')).toContain('X-Request-Id');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('vary')).toBe('Origin');
    }
  });

  test('that is configured gets an answer to its preflight without a token; any other origin does not', async () => {
    const preflight = (origin: string) =>
      sendRaw(server.port, [
        'OPTIONS /api/v1/messages/agent HTTP/1.1',
        'Host: localhost',
        `Origin: ${origin}`,
        'Access-Control-Request-Method: POST',
        'Access-Control-Request-Headers: authorization,idempotency-key',
      ]);
    const allowed = await preflight('https://page.example');
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(allowed.headers.get('access-control-allow-headers')).toBe('authorization,idempotency-key');
    // The page must use its own token: credentials are not allowed, so the browser sends no cookie.
    expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
    expect((await preflight('https://evil.example')).status).toBe(403);
  });

  test('may be absent', async () => {
    expect((await get('/api/v1/auth/verify', 'Host: localhost')).status).toBe(200);
  });

  test('is 403 when it is sent twice, even if one of the two is allowed', async () => {
    const lines = ['Origin: https://page.example', 'Origin: https://evil.example'];
    for (const origins of [lines, lines.toReversed()]) {
      expect((await get('/api/v1/auth/verify', 'Host: localhost', ...origins)).status).toBe(403);
    }
  });

  test('with the server’s own name and http is 403 when PUBLIC_URL is https', async () => {
    const from = (origin: string) => get('/', 'Host: public.example', `Origin: ${origin}`);
    expect((await from('https://public.example')).status).toBe(200);
    expect((await from('http://public.example')).status).toBe(403);
    expect((await get('/', 'Host: dash.example', 'Origin: http://dash.example')).status).toBe(200);
    expect((await get('/', 'Host: dash.example', 'Origin: https://dash.example')).status).toBe(200);
  });

  test('of the server itself may be an IPv6 address', async () => {
    expect((await get('/', 'Host: [::1]:8080', 'Origin: http://[::1]:8080')).status).toBe(200);
    expect((await get('/', 'Host: [::1]:8080', 'Origin: http://[::1]:8081')).status).toBe(403);
  });
});

describe('a request without Origin that Sec-Fetch-Site marks as another site’s', () => {
  const fetched = (site: string, mode: string, dest: string, method = 'GET') =>
    sendRaw(server.port, [
      `${method} /health HTTP/1.1`,
      'Host: localhost',
      `Sec-Fetch-Site: ${site}`,
      `Sec-Fetch-Mode: ${mode}`,
      `Sec-Fetch-Dest: ${dest}`,
    ]);

  test.each([
    ['cross-site', 'no-cors', 'image'],
    ['cross-site', 'no-cors', 'script'],
    ['same-site', 'no-cors', 'image'],
    ['cross-site', 'navigate', 'iframe'],
    ['cross-site', 'navigate', 'object'],
  ])('%s, %s, %s is 403', async (site, mode, dest) => {
    const answer = await fetched(site, mode, dest);
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'forbidden_origin' });
  });

  test.each([
    ['cross-site', 'navigate', 'document'],
    ['same-site', 'navigate', 'document'],
    ['same-origin', 'no-cors', 'image'],
    ['none', 'navigate', 'document'],
  ])('%s, %s, %s is a link or comes from the own site, and is accepted', async (site, mode, dest) => {
    expect((await fetched(site, mode, dest)).status).toBe(200);
  });

  test('is 403 when it is a form that is sent to this server', async () => {
    expect((await fetched('cross-site', 'navigate', 'document', 'POST')).status).toBe(403);
  });

  test('is not refused for a page of a configured origin, which sends an Origin', async () => {
    const lines = ['Host: localhost', 'Origin: https://page.example', 'Sec-Fetch-Site: cross-site'];
    expect((await get('/api/v1/auth/verify', ...lines, 'Sec-Fetch-Mode: cors')).status).toBe(200);
  });
});
