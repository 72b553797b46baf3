import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeApi } from '../../../../src/adapters/koa/openapi/document.ts';
import type { SignIn } from '../../../../src/adapters/koa/rest/sign-in/sign-in-routes.ts';
import { readConfig } from '../../../../src/composition/config/config.ts';
import { PathProxy } from '../../../support/servers/path-proxy.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { inMemory, TestServer } from '../test-server.ts';

const BROWSER = { accept: 'text/html' };
const signIn: SignIn = { redeem: async () => 'ann-dashboard', signOut: async () => {} };

const PAGE = '<link href="./assets/a.css"><a href="https://x.example/">x</a><img src="//x.example/">';
const REFERENCE = '<script src="/docs/viewer.js"></script><viewer spec-url="/openapi.json">';

describe.each([
  ['/agents', 'strips its path'],
  ['/agents', 'keeps its path'],
  ['/team/my%20agents', 'strips its path'],
  ['/team/my%20agents', 'keeps its path'],
] as const)('below %s, behind a proxy that %s', (path, handling) => {
  async function startBehindProxy() {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await temporaryFolder());
    await mkdir(join(folder.path, 'docs'));
    await writeFile(join(folder.path, 'index.html'), PAGE);
    await writeFile(join(folder.path, 'docs/index.html'), REFERENCE);
    const proxy = stack.use(await PathProxy.start(path, handling));
    const options = { signIn, publicUrl: proxy.url, pageDir: folder.path, live: inMemory().live };
    const server = stack.use(await TestServer.start(options));
    proxy.upstreamPort = server.port;
    const kept = stack.move();
    return { proxy, [Symbol.asyncDispose]: () => kept.disposeAsync() };
  }

  test('the page and the API reference refer to their files by complete paths', async () => {
    await using at = await startBehindProxy();
    const pages = ['', '/'].map((end) => fetch(at.proxy.url + end, { headers: BROWSER }));
    for (const page of await Promise.all(pages)) {
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      expect(page.headers.get('content-security-policy')).toContain("base-uri 'none'");
      expect(await page.text()).toBe(PAGE.replace('"./assets', `"${path}/assets`));
    }
    const reference = await fetch(`${at.proxy.url}/docs`, { headers: BROWSER });
    expect(await reference.text()).toBe(REFERENCE.replaceAll('="/', `="${path}/`));
    const ifNoneMatch = {
      ...BROWSER,
      'if-none-match': reference.headers.get('etag')!,
      // Otherwise `fetch` adds `no-cache`.
      'cache-control': 'max-age=0',
    };
    expect((await fetch(`${at.proxy.url}/docs`, { headers: ifNoneMatch })).status).toBe(304);
  });

  test('the cookie is for that path only, and works there', async () => {
    await using at = await startBehindProxy();
    const session = `${at.proxy.url}/api/v1/auth/session`;
    const headers = { 'content-type': 'application/json', 'x-requested-with': 'agent-dashboard' };
    const signedIn = await fetch(session, { method: 'POST', headers, body: '{"code":"one"}' });
    const [cookie = ''] = signedIn.headers.getSetCookie();
    expect(cookie).toContain(`; path=${path};`);
    const { session: sealed } = (await signedIn.json()) as { session: string };
    const sent = { ...headers, cookie: cookie.split(';')[0]!, 'x-session': sealed };
    expect((await fetch(`${at.proxy.url}/api/v1/auth/verify?x=%20`, { headers: sent })).status).toBe(200);
    const signedOut = await fetch(session, { method: 'DELETE', headers: sent });
    expect(signedOut.headers.getSetCookie()[0]).toContain(`; path=${path};`);
  });

  test('links, the OpenAPI document and the metadata of the tokens have that path', async () => {
    await using at = await startBehindProxy();
    const { url } = at.proxy;
    const json = async (address: string) => (await fetch(address)).json();
    expect(await json(`${url}/`)).toMatchObject({ links: { api: `${path}/api/v1`, docs: `${path}/docs` } });
    expect(await json(`${url}/openapi.json`)).toMatchObject({ servers: [{ url }] });
    const refused = await fetch(`${url}/api/v1/auth/verify`);
    const metadata = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate')!)![1]!;
    expect(metadata).toBe(`${url}/.well-known/oauth-protected-resource`);
    expect(await json(metadata)).toMatchObject({ resource: url });
    expect(await json(`${metadata}/mcp`)).toMatchObject({ resource: `${url}/mcp` });
    for (let nth = 0; nth < 2; nth += 1) {
      const body = JSON.stringify({
        agent_type: 'x',
        content: 'a step',
        agent_instance_id: crypto.randomUUID(),
      });
      const headers = { authorization: 'Bearer ann', 'content-type': 'application/json' };
      expect((await fetch(`${url}/api/v1/messages/agent`, { method: 'POST', headers, body })).status).toBe(
        200,
      );
    }
    const list = `${url}/api/v1/agent-instances`;
    const { headers } = await fetch(`${list}?limit=1`, {
      headers: { authorization: 'Bearer ann-dashboard' },
    });
    expect(headers.get('link')).toMatch(new RegExp(`^<${list}\\?limit=1&cursor=[^>]+>; rel="next"$`));
  });
});

test('the metadata of the tokens is also where RFC 9728 looks for it', async () => {
  await using server = await TestServer.start({ publicUrl: 'https://a.example/agents' });
  const metadata = await fetch(`${server.url}/.well-known/oauth-protected-resource/agents/mcp`);
  expect(await metadata.json()).toMatchObject({ resource: 'https://a.example/agents/mcp' });
});

test('a path that only begins like that of PUBLIC_URL is left as it is', async () => {
  await using server = await TestServer.start({ publicUrl: 'https://a.example/agents' });
  for (const path of ['/agentsx/health', '/agents-health', '/AGENTS/health', '/x/agents/health'])
    expect((await fetch(server.url + path)).status).toBe(404);
  expect((await fetch(`${server.url}/agents/health`)).status).toBe(200);
});

test('a path of PUBLIC_URL that begins like a path of the server itself is refused', () => {
  const api = {
    version: '1',
    hasSignIn: true,
    hasStreams: true,
    hasExport: true,
    hasAnswerLinks: true,
    hasSmsReplies: true,
    hasProviderSignIn: true,
    hookAgents: ['claude-code'],
    publishesPublicKeys: true,
    hasOAuth: true,
  };
  const paths = [...Object.keys(describeApi(api).paths), '/mcp', '/sse', '/messages', '/docs', '/assets'];
  for (const [, first] of paths.map((path) => path.split('/')).filter(([, segment]) => segment !== '')) {
    const start = () => readConfig({ PUBLIC_URL: `https://a.example/${first}/agents` });
    expect(start).toThrow(/^PUBLIC_URL must be .+ Its path must not begin with a path of the server itself/);
  }
});
