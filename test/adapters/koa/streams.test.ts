import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LiveClient } from '../../support/live-client.ts';
import { fieldsOf, inMemory, TestServer } from './test-server.ts';

const ID = /^[0-9a-f]{16}\.\d+$/;

async function liveServer(also: Parameters<typeof inMemory>[1] = {}) {
  const application = inMemory(undefined, also);
  const server = await TestServer.start({ dispatch: application.dispatch, live: application.live });
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
  it('is told what happens, in order', async () => {
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
      expect(stream.of('message').map(({ content }) => content)).toEqual(['two', 'three']);
      expect(stream.of('message')[0]).toEqual({
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
    expect(all.of('status_update').at(-1)).toEqual(overview);
  });
});
