import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRaw } from './raw-http.ts';
import { TestServer } from './test-server.ts';

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
  it.each([
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
  ])('%s is let in', async (host) => {
    expect((await get('/api/v1/auth/verify', `Host: ${host}`)).status).toBe(200);
  });

  it.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    'only-here.example',
    'only-here.example:1',
    '127.0.0.2',
    '',
  ])('"%s" is 403', async (host) => {
    for (const path of ['/api/v1/auth/verify', '/', '/.well-known/oauth-protected-resource', '/nowhere']) {
      const answer = await get(path, `Host: ${host}`);
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'forbidden_host' });
    }
  });

  it('does not matter to probes', async () => {
    for (const path of ['/health', '/ready']) expect((await get(path, 'Host: 10.1.2.3')).status).toBe(200);
  });

  it('twice is 400, and so is none in HTTP/1.1', async () => {
    for (const hosts of [['Host: localhost', 'host: evil.example'], []]) {
      const answer = await get('/health', ...hosts);
      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'invalid_header' });
    }
  });
});

describe('the Origin header', () => {
  const verify = (origin: string) =>
    get('/api/v1/auth/verify', `Host: localhost:${server.port}`, `Origin: ${origin}`);

  it('of the server itself is let in, without CORS headers', async () => {
    for (const origin of [`http://localhost:${server.port}`, 'https://public.example']) {
      const answer = await verify(origin);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it.each(['https://evil.example', 'http://localhost:1', 'null', 'https://page.example.evil.example'])(
    '%s is 403',
    async (origin) => {
      const answer = await verify(origin);
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'forbidden_origin' });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it('that is configured may read answers, refusals among them', async () => {
    const answers = [
      await verify('https://page.example'),
      await get('/api/v1/nowhere', 'Host: localhost', 'Origin: https://page.example'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 404]);
    for (const { headers } of answers) {
      expect(headers.get('access-control-allow-origin')).toBe('https://page.example');
      expect(headers.get('access-control-expose-headers')).toContain('X-Request-Id');
      expect(headers.get('vary')).toBe('Origin');
    }
  });

  it('that is configured gets its preflight answered without a token; another does not', async () => {
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
    expect((await preflight('https://evil.example')).status).toBe(403);
  });

  it('is not missed where there is none', async () => {
    expect((await get('/api/v1/auth/verify', 'Host: localhost')).status).toBe(200);
  });
});
