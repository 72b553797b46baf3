import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { userIdOf } from '../support/builders.ts';
import { fetchDescribed } from '../support/fetch-described.ts';
import { LiveClient } from '../support/live-client.ts';
import { IssuingServer } from './issuing-server.ts';
import { fieldsOf } from './koa/test-server.ts';

const ann = userIdOf('ann');

let server: IssuingServer;
let instance: string;
beforeAll(async () => {
  server = await IssuingServer.start();
  instance = randomUUID();
  await server.call(await server.token(), 'POST', '/messages/agent', {
    body: { agent_instance_id: instance, agent_type: 'x', content: 'a step' },
  });
});
afterAll(() => server[Symbol.asyncDispose]());

/** Sends requests like a browser that has signed in. */
class Browser {
  /** The two parts of the session. */
  readonly parts: { readonly cookie: string; readonly 'x-session': string };

  private constructor(cookie: string, session: string) {
    this.parts = { cookie, 'x-session': session };
  }

  static async signIn(proof: object = { code: server.codes.newCode(ann) }): Promise<Browser> {
    const answer = await fetchDescribed(`${server.server.url}/api/v1/auth/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(proof),
    });
    expect(answer.status).toBe(200);
    const { session } = (await answer.json()) as { session: string };
    return new Browser(answer.headers.getSetCookie()[0]!.split(';')[0]!, session);
  }

  request(method: string, path: string): Promise<Response> {
    const headers = { ...this.parts, 'x-requested-with': 'agent-dashboard' };
    return fetchDescribed(`${server.server.url}/api/v1${path}`, { method, headers });
  }

  async watch(path: string): Promise<LiveClient> {
    const stream = await LiveClient.open(`${server.server.url}/api/v1${path}`, null, this.parts);
    await stream.event(({ type }) => type === 'connected');
    return stream;
  }

  async isSignedIn(): Promise<boolean> {
    return (await this.request('GET', '/agent-summary')).status === 200;
  }

  async signOut(): Promise<void> {
    expect((await this.request('DELETE', '/auth/session')).status).toBe(204);
  }
}

const streamPaths = () => ['/events', `/agent-instances/${instance}/messages/stream`];
const openStreams = (browser: Browser) => Promise.all(streamPaths().map((path) => browser.watch(path)));

describe('a browser that signed in with a code', () => {
  test('is listed as a key, and revoking the key ends its session and its streams', async () => {
    const browser = await Browser.signIn();
    const open = await openStreams(browser);
    const keys = await fieldsOf<{ id: string; name: string; revoked_at: string | null }[]>(
      await browser.request('GET', '/api-keys'),
    );
    const [{ id } = expect.unreachable()] = keys.filter(({ name }) => name === 'browser');
    expect((await browser.request('DELETE', `/api-keys/${id}`)).status).toBe(204);
    await Promise.all(open.map(({ whenEnded }) => whenEnded));
    expect(await browser.isSignedIn()).toBe(false);
  });

  test('ends its session and its streams by signing out, also for a copied cookie, and not those of other browsers', async () => {
    const [leaving, staying] = [await Browser.signIn(), await Browser.signIn()];
    const [open, others] = [await openStreams(leaving), await openStreams(staying)];
    await leaving.signOut();
    await Promise.all(open.map(({ whenEnded }) => whenEnded));
    expect(await leaving.isSignedIn()).toBe(false);
    expect(await staying.isSignedIn()).toBe(true);
    const content = 'a second step';
    await server.call(await server.token(), 'POST', '/messages/agent', {
      body: { agent_instance_id: instance, content },
    });
    for (const stream of others) {
      await stream.waitForMessage(content);
      stream[Symbol.dispose]();
    }
    // Signing out again is not an error.
    await leaving.signOut();
  });
});

test('a token that a browser signed in with stays valid when the browser signs out', async () => {
  const token = await server.token({ scope: 'dashboard', name: 'laptop' });
  const browser = await Browser.signIn({ token });
  await browser.signOut();
  expect((await server.call(token, 'GET', '/agent-summary')).status).toBe(200);
});

test('deleting an account ends the sessions and streams of its browsers, and not those of other users', async () => {
  const gone = userIdOf('gone');
  const [browser, others] = [
    await Browser.signIn({ code: server.codes.newCode(gone) }),
    await Browser.signIn(),
  ];
  using stream = await browser.watch('/events');
  using othersStream = await others.watch('/events');
  const dashboard = await server.token({ userId: gone, scope: 'dashboard' });
  expect((await server.call(dashboard, 'DELETE', '/account', { body: { confirm: gone } })).status).toBe(200);
  await stream.whenEnded;
  expect(await browser.isSignedIn()).toBe(false);
  expect(await others.isSignedIn()).toBe(true);
  expect(othersStream.events.map(({ type }) => type)).toEqual(['connected']);
});
