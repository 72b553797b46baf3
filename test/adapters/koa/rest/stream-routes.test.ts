import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { TokenVerifier } from '../../../../src/ports/tokens/token-verifier.ts';
import { LiveClient } from '../../../support/live-client.ts';
import { fakeTokens, fieldsOf, inMemory, TestServer } from '../test-server.ts';

const ID = /^[0-9a-f]{16}\.\d+$/;

async function liveServer(
  also: Parameters<typeof inMemory>[1] = {},
  options: { readonly tokens?: TokenVerifier } = {},
) {
  const application = inMemory(undefined, also);
  const { dispatch, live } = application;
  const server = await TestServer.start({ dispatch, live, ...options });
  const step = (content: string, instance: string, more: object = {}) =>
    server.call('POST', '/messages/agent', {
      body: { agent_instance_id: instance, agent_type: 'x', content, ...more },
    });
  const open = (path: string, headers: { readonly [name: string]: string } = {}, token = 'ann-dashboard') =>
    LiveClient.open(`${server.url}/api/v1${path}`, token, headers);
  const ofInstance = (instance: string, headers = {}) =>
    open(`/agent-instances/${instance}/messages/stream`, headers);
  return { application, server, step, open, ofInstance };
}

describe('a stream', () => {
  test('sends events in the order in which they happen', async () => {
    const { server, step, open, ofInstance } = await liveServer();
    await using _server = server;
    const instance = randomUUID();
    await step('one', instance);
    using all = await open('/events');
    using single = await ofInstance(instance);
    expect(all.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    await Promise.all([all, single].map((stream) => stream.event(({ type }) => type === 'connected')));
    await step('two', instance);
    await step('three', instance, { requires_user_input: true });
    for (const stream of [all, single]) {
      await stream.event(({ data }) => data.status === 'AWAITING_INPUT');
      expect(stream.dataOfType('message').map(({ content }) => content)).toEqual(['two', 'three']);
      expect(stream.dataOfType('message')[0]).toEqual({
        agent_instance_id: instance,
        id: expect.any(String),
        content: 'two',
        sender_type: 'AGENT',
        created_at: expect.any(String),
        requires_user_input: false,
        position: 2,
        metadata: null,
        read_at: null,
      });
    }
    expect(all.events.every(({ id }) => ID.test(id))).toBe(true);
    expect(single.events.map(({ id, type }) => [id, type])).toEqual([
      ['1.1', 'connected'],
      ['2.2', 'message'],
      ['3.2', 'message'],
      ['3.3', 'status_update'],
    ]);
    const answer = await server.call('GET', `/agent-instances/${instance}`, {
      headers: { authorization: 'Bearer ann-dashboard' },
    });
    const { git_diff: _, messages: __, last_read_message_id: ___, ...overview } = await fieldsOf(answer);
    expect(all.dataOfType('status_update').at(-1)).toEqual(overview);
  });
});

describe.each(['/events', '/agent-instances/:id/messages/stream'])('%s', (path) => {
  const at = (instance: string) => path.replace(':id', instance);
  const started = async (...options: Parameters<typeof liveServer>) => {
    const live = await liveServer(...options);
    const instance = randomUUID();
    await live.step('one', instance);
    return { ...live, instance, target: at(instance) };
  };
  const person = { authorization: 'Bearer ann-dashboard' };

  test('is sent without chunked encoding, on a connection that closes with it', async () => {
    const { server, open, target } = await started();
    await using _server = server;
    using stream = await open(target);
    expect(stream.headers.connection).toBe('close');
    expect(stream.headers['transfer-encoding']).toBeUndefined();
    expect(stream.headers['x-request-id']).toBeDefined();
  });

  test('allows only GET, HEAD and OPTIONS', async () => {
    const { server, target } = await started();
    await using _server = server;
    const head = await server.call('HEAD', target, { headers: person });
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
      200,
      'text/event-stream',
      '',
    ]);
    const posted = await server.call('POST', target, { headers: person });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    const options = await server.call('OPTIONS', target, { headers: person });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
  });

  test('needs a dashboard token and an Accept header that allows event streams', async () => {
    const { server, target } = await started();
    await using _server = server;
    const agents = await server.call('GET', target);
    expect([agents.status, (await fieldsOf(agents)).code]).toEqual([403, 'insufficient_scope']);
    expect(agents.headers.get('www-authenticate')).toContain('scope="dashboard"');
    expect((await server.call('GET', target, { headers: { authorization: '' } })).status).toBe(401);
    const json = await server.call('GET', target, { headers: { ...person, accept: 'application/json' } });
    expect([json.status, (await fieldsOf(json)).detail]).toEqual([
      406,
      'The Accept header must allow text/event-stream',
    ]);
  });

  test('refuses a Last-Event-ID in a wrong format', async () => {
    const { server, target } = await started();
    await using _server = server;
    const answer = await server.call('GET', target, { headers: { ...person, 'last-event-id': 'seven' } });
    expect([answer.status, (await fieldsOf(answer)).code]).toEqual([400, 'invalid_last_event_id']);
  });

  test('sends heartbeats with the id of the last event', async () => {
    const { server, open, step, instance, target } = await started({ keepAliveIntervalMs: 20 });
    await using _server = server;
    using stream = await open(target);
    await step('two', instance);
    await stream.waitForMessage('two');
    const settled = stream.events.length;
    const { id, data } = await stream.event(
      (event) => event.type === 'heartbeat' && stream.events.indexOf(event) > settled,
    );
    expect(data).toEqual({});
    using resumed = await open(target, { 'last-event-id': id });
    await step('three', instance);
    await resumed.waitForMessage('three');
    expect(resumed.dataOfType('message').map(({ content }) => content)).toEqual(['three']);
  });

  test('ends when the token that opened it ends', async () => {
    const revoked: (() => void)[] = [];
    const life = {
      hasEnded: false,
      onEnd: (listener: () => void) => {
        revoked.push(listener);
        return { close: () => {} };
      },
    };
    const tokens: TokenVerifier = {
      verify: async (token) => ({ ...(await fakeTokens.verify(token)), life }),
    };
    const { server, open, target } = await started({}, { tokens });
    await using _server = server;
    using stream = await open(target);
    await stream.event(({ type }) => type === 'connected');
    expect(revoked).toHaveLength(1);
    revoked[0]!();
    await stream.whenEnded;
  });

  test('is closed when its client leaves a megabyte unread, and resumes where the client was', async () => {
    const { server, open, step, instance, target } = await started();
    await using _server = server;
    const text = 'x'.repeat(50_000);
    const content = (nth: number) => `${nth} ${text}`;
    let isClosed = false;
    server.http.server.once('request', (_, res) => res.once('close', () => (isClosed = true)));
    using stalled = await open(target);
    await stalled.event(({ type }) => type === 'connected');
    stalled.pause();
    let written = 0;
    // The operating system buffers some megabytes before the server has to keep anything.
    while (!isClosed && written < 1_000) await step(content(++written), instance);
    expect(isClosed).toBe(true);
    stalled.resume();
    await stalled.whenEnded;
    const had = stalled.dataOfType('message').length;
    expect(had).toBeLessThan(written);
    using resumed = await open(target, { 'last-event-id': stalled.lastId });
    await step('last', instance);
    if (path === '/events') {
      // The stream of all instances keeps one megabyte of events, and this client has missed more.
      await resumed.event(({ type }) => type === 'resync' || type === 'message');
    } else {
      await resumed.waitForMessage('last');
      const contents = [...stalled.dataOfType('message'), ...resumed.dataOfType('message')].map(
        (message) => message.content,
      );
      expect(contents.length).toBe(written + 1);
      expect(contents.map((said) => Number.parseInt(said, 10)).slice(0, -1)).toEqual(
        Array.from({ length: written }, (_, nth) => nth + 1),
      );
    }
  });
});

test('a stream of another user’s, a deleted or an unknown instance is 404', async () => {
  const { server, step, open } = await liveServer();
  await using _server = server;
  const instance = randomUUID();
  await step('one', instance);
  const path = (id: string) => `/agent-instances/${id}/messages/stream`;
  for (const [id, token] of [
    [instance, 'bob-dashboard'],
    [randomUUID(), 'ann-dashboard'],
  ] as const) {
    using refused = await open(path(id), {}, token);
    expect(refused.status).toBe(404);
  }
  using malformed = await open(path('7'));
  expect(malformed.status).toBe(422);
});
