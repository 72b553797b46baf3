import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { TestServer } from '../test-server.ts';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: TestServer;
beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(join(folder.path, 'assets'));
  await mkdir(join(folder.path, 'docs'));
  await writeFile(join(folder.path, 'docs/index.html'), '<!doctype html><title>reference</title>');
  await writeFile(join(folder.path, 'index.html'), '<!doctype html><title>page</title>');
  await writeFile(join(folder.path, 'assets/index-Ab12.js'), 'console.log(1)');
  await writeFile(join(folder.path, 'assets/index-Ab12.js.br'), brotliCompressSync('console.log(1)'));
  server = await TestServer.start({ pageDir: folder.path });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const get = (path: string, headers: object = {}, method = 'GET') =>
  fetch(server.url + path, { method, headers: { ...headers } });

describe('the page', () => {
  test('is served to a browser at /', async () => {
    const page = await get('/', HTML);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(await page.text()).toContain('<title>page</title>');
    expect(page.headers.get('vary')?.split(/, ?/)).toEqual(
      expect.arrayContaining(['Accept', 'Accept-Encoding']),
    );
  });

  test.each([
    ['a program that says so', { accept: 'application/json' }],
    ['a program that takes anything', { accept: '*/*' }],
  ])('is not served to %s at /', async (_, headers) => {
    expect(await (await get('/', headers)).json()).toMatchObject({ name: 'agent-dashboard' });
  });

  test('may load its own files only, and run no inline scripts', async () => {
    const policy = (await get('/', HTML)).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("worker-src 'self'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect((await get('/', HTML)).headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each(['/', '/docs'])('allows no frame, no form and no base element at %s', async (path) => {
    const policy = (await get(path, HTML)).headers.get('content-security-policy')?.split('; ');
    // default-src does not cover these directives.
    expect(policy).toEqual(
      expect.arrayContaining(["frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'"]),
    );
  });

  test('comes with the API reference, which may have inline styles but no inline scripts', async () => {
    expect(await (await get('/')).json()).toMatchObject({ links: { docs: '/docs' } });
    for (const path of ['/docs', '/docs/']) {
      const reference = await get(path, HTML);
      expect(await reference.text()).toContain('<title>reference</title>');
      const policy = reference.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("style-src 'self' 'unsafe-inline';");
      expect(policy.match(/unsafe/g)).toHaveLength(1);
    }
    const beside = await get('/docsify', HTML);
    expect(beside.headers.get('content-security-policy')).not.toContain('unsafe');
  });

  test('is revalidated each time; its hashed files are cached for good', async () => {
    expect((await get('/', HTML)).headers.get('cache-control')).toBe('no-cache');
    const script = await get('/assets/index-Ab12.js');
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(script.headers.get('content-type')).toMatch(/javascript/);
  });

  test('sends compressed files to a browser that accepts them', async () => {
    const script = await get('/assets/index-Ab12.js', { 'accept-encoding': 'br' });
    expect(script.headers.get('content-encoding')).toBe('br');
    expect(await script.text()).toBe('console.log(1)');
  });

  test('answers HEAD', async () => {
    expect((await get('/', HTML, 'HEAD')).status).toBe(200);
  });

  test('is 304 for a browser that has it, with the same headers, because a browser stores those of a 304', async () => {
    const page = await get('/', HTML);
    const etag = page.headers.get('etag') ?? '';
    const unchanged = await get('/', { ...HTML, 'if-none-match': etag });
    expect(unchanged.status).toBe(304);
    for (const name of ['content-security-policy', 'cache-control', 'vary'])
      expect(unchanged.headers.get(name)).toBe(page.headers.get(name));
  });

  test.each(['/assets/other.js', '/../package.json', '/%2e%2e/package.json', '/assets/', '/.env'])(
    'serves no file at %s',
    async (path) => {
      expect((await get(path, HTML)).status).toBe(404);
    },
  );

  test('hides no path of the API', async () => {
    expect((await get('/health')).status).toBe(200);
    expect((await get('/api/v1/auth/verify', HTML)).status).toBe(401);
  });

  test('answers no other method', async () => {
    expect((await get('/', HTML, 'POST')).status).toBe(405);
  });
});
