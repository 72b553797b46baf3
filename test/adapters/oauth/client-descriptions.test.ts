import { createServer, type RequestListener } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { guardedHttp, type SendRequest } from '../../../src/adapters/notify/guarded-http/guarded-http.ts';
import { fetchBy } from '../../../src/composition/wiring/authorization-server.ts';
import { userIdOf } from '../../support/builders.ts';
import { IssuingServer } from '../issuing-server.ts';
import { listen } from '../koa/test-server.ts';
import { type Fields, OAuthScene } from './scene.ts';

/** What the website of a program answers, and which paths were asked for. */
let website: RequestListener = () => {};
const requests: string[] = [];
const http = createServer((req, res) => {
  requests.push(req.url!);
  website(req, res);
});

let server: IssuingServer;
let scene: OAuthScene;
beforeAll(async () => {
  const port = await listen(http);
  const send = guardedHttp({ allowPrivateTargets: true });
  // The website has no certificate. Everything but the connection is as it is with one.
  const sendHere: SendRequest = (request, signal) =>
    send({ ...request, url: new URL(request.url.pathname, `http://127.0.0.1:${port}`) }, signal);
  server = await IssuingServer.start({ oauth: { fetch: fetchBy(sendHere) } });
  scene = new OAuthScene([server]);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  http.closeAllConnections();
  http.close();
});
beforeEach(() => void requests.splice(0));

const describeWith = (id: string, metadata: Fields) => {
  website = (_req, res) =>
    res
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ client_id: id, client_name: 'A program', ...metadata }));
};
const open = async (id: string, changes = {}) => {
  const browser = scene.newBrowser();
  return { browser, arrival: await browser.open(scene.attempt(id, changes).url) };
};
let count = 0;
/** Each test has programs of its own, because descriptions are kept for a while. */
const newId = () => {
  count += 1;
  return `https://app.example/oauth/client-${count}`;
};

describe('a program with a description at an address of its own', () => {
  test('gets tokens without registering, and the page shows the host that is sure to be its own', async () => {
    const id = newId();
    describeWith(id, {
      client_name: 'Claude',
      redirect_uris: ['https://app.example/callback'],
      grant_types: ['authorization_code', 'refresh_token', 'urn:something:else'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: 'something else',
    });
    const { browser, arrival } = await open(id);
    const path = `/access-requests/${arrival.url.hash.replace('#/connect/', '')}`;
    expect((await scene.page(browser, 'ann', path)).fields).toMatchObject({
      client_id: id,
      client_name: 'Claude',
      verified_host: 'app.example',
      redirect_host: 'app.example',
    });
    const attempt = scene.attempt(id);
    const response = await scene.exchange(await scene.codeFor('ann', attempt), attempt);
    expect(response.status).toBe(200);
    const key = (await server.stores.apiKeys.list(userIdOf('ann'))).find(({ client }) => client !== null);
    expect(key).toMatchObject({ name: 'Claude', client: { id, host: 'app.example' } });
    // One request serves all of this.
    expect(requests).toHaveLength(1);
  });

  test.each<[string, Fields]>([
    ['another id', { client_id: 'https://other.example/client' }],
    ['a secret', { client_secret: 'secret' }],
    ['a method that needs a secret', { token_endpoint_auth_method: 'client_secret_post' }],
    ['an address on another computer without encryption', { redirect_uris: ['http://app.example/callback'] }],
    ['no addresses', { redirect_uris: undefined }],
  ])('is refused with %s', async (_, metadata) => {
    const id = newId();
    describeWith(id, { redirect_uris: ['https://app.example/callback'], ...metadata });
    const { arrival } = await open(id);
    expect(arrival.status).toBe(400);
    expect(arrival.text).toContain('cannot be connected');
  });

  test.each<[string, RequestListener]>([
    ['an error', (_req, res) => res.writeHead(500).end()],
    ['no JSON', (_req, res) => res.end('<html>')],
    ['a list', (_req, res) => res.end('[]')],
    ['a redirect', (_req, res) => res.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    ['more than 5 KB', (_req, res) => res.end(JSON.stringify({ padding: 'x'.repeat(6_000) }))],
    ['a body without end', (_req, res) => res.write(' '.repeat(100_000))],
    ['nothing', () => {}],
  ])('is refused if its website answers with %s', async (_, answer) => {
    website = answer;
    const { arrival } = await open(newId());
    expect([arrival.status, requests.length]).toEqual([400, 1]);
    expect(arrival.text).toContain('client_id metadata document');
  });

  test.each([
    'http://app.example/client',
    'https://user@app.example/client',
    'https://app.example/a/../client',
    'https://app.example/client#x',
  ])('is not looked for at %s', async (id) => {
    expect((await open(id)).arrival.status).toBe(400);
    expect(requests).toEqual([]);
  });
});

describe('an address of a stranger', () => {
  const startGuarded = () =>
    IssuingServer.start({
      oauth: {
        fetch: fetchBy(
          guardedHttp({
            allowPrivateTargets: false,
            // Every name leads to this computer.
            lookup: (_name, options, done) =>
              options.all === true
                ? done(null, [{ address: '127.0.0.1', family: 4 }])
                : done(null, '127.0.0.1', 4),
          }),
        ),
      },
    });

  test('in a private network is not called, whether it is a number or a name', async () => {
    await using guarded = await startGuarded();
    const guardedScene = new OAuthScene([guarded]);
    const { port } = http.address() as { port: number };
    for (const host of ['127.0.0.1', '10.0.0.1', '[::1]', '169.254.169.254', 'inside.example', 'localhost']) {
      const id = `https://${host}:${port}/client`;
      const arrival = await guardedScene.newBrowser().open(guardedScene.attempt(id).url);
      expect([host, arrival.status]).toEqual([host, 400]);
    }
    expect(requests).toEqual([]);
  });

  test('is called for at most sixty programs a minute', async () => {
    website = (_req, res) => res.writeHead(404).end();
    await Promise.all(Array.from({ length: 100 }, () => open(newId())));
    expect(requests.length).toBeLessThanOrEqual(60);
  });
});
