import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { LiveClient } from '../support/live-client.ts';
import { RunningServer } from '../support/servers/running-server.ts';
import { freshStore, STORES } from './stores.ts';

const step = (server: RunningServer, instance: string, content: string) =>
  server.call('POST', '/messages/agent', {
    body: { agent_instance_id: instance, agent_type: 'x', content },
  });

const open = (server: RunningServer, path: string, headers = {}, token = server.dashboardToken) =>
  LiveClient.open(`${server.url}/api/v1${path}`, token, headers);

const pathOf = (instance: string) => `/agent-instances/${instance}/messages/stream`;

describe.each(STORES)('streams on %s', (kind) => {
  test('resume without a gap after the server was killed; streams of all instances send resync', async () => {
    await using store = await freshStore(kind);
    const instance = randomUUID();
    const lastIds: string[] = [];
    {
      await using server = await RunningServer.start(store.env);
      await step(server, instance, 'one');
      using single = await open(server, pathOf(instance));
      using all = await open(server, '/events');
      for (const stream of [single, all]) await stream.event(({ type }) => type === 'connected');
      await step(server, instance, 'two');
      for (const stream of [single, all]) {
        await stream.waitForMessage('two');
        lastIds.push(stream.lastId);
      }
      await step(server, instance, 'three');
      await server.kill9();
      await Promise.all([single.whenEnded, all.whenEnded]);
    }
    await using server = await RunningServer.start(store.env);
    using single = await open(server, pathOf(instance), { 'last-event-id': lastIds[0] });
    using all = await open(server, '/events', { 'last-event-id': lastIds[1] });
    await all.event(({ type }) => type === 'resync');
    await step(server, instance, 'four');
    await Promise.all([single.waitForMessage('four'), all.waitForMessage('four')]);
    expect(single.dataOfType('message').map(({ content }) => content)).toEqual(['three', 'four']);
    expect(all.dataOfType('message').map(({ content }) => content)).toEqual(['four']);
  });

  test('end when the server stops, and do not delay it', async () => {
    await using store = await freshStore(kind);
    await using server = await RunningServer.start(store.env);
    const instance = randomUUID();
    await step(server, instance, 'one');
    using single = await open(server, pathOf(instance));
    using all = await open(server, '/events');
    using stalled = await open(server, '/events');
    stalled.pause();
    for (const stream of [single, all]) await stream.event(({ type }) => type === 'connected');
    const since = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - since).toBeLessThan(5_000);
    await Promise.all([single.whenEnded, all.whenEnded]);
  });

  test('end when their key is revoked', async () => {
    await using store = await freshStore(kind);
    await using server = await RunningServer.start(store.env);
    const person = { token: server.dashboardToken };
    const made = await server.call('POST', '/api-keys', {
      ...person,
      body: { name: 'phone', scope: 'dashboard' },
    });
    const { id, token } = (await made.json()) as { id: string; token: string };
    using stream = await open(server, '/events', {}, token);
    await stream.event(({ type }) => type === 'connected');
    expect((await server.call('DELETE', `/api-keys/${id}`, person)).status).toBe(204);
    await stream.whenEnded;
  });
});
