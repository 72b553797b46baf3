import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { LiveClient } from '../support/live-client.ts';
import { type NtfyServer, startNtfyServer } from '../support/notify/ntfy-server.ts';
import { RunningServer } from '../support/servers/running-server.ts';
import { freshStore, type StoreKind } from './stores.ts';

const SETUPS: [title: string, kind: StoreKind, processes: 1 | 2][] = [
  ['one process with its embedded database', 'PGlite', 1],
  ['two processes on one PostgreSQL', 'PostgreSQL', 2],
];

test.each(SETUPS)('a page learns that its question was delivered: %s', async (_, kind, processes) => {
  await using resources = new AsyncDisposableStack();
  const store = resources.use(await freshStore(kind));
  const ntfy: NtfyServer = resources.use(await startNtfyServer('works', { token: 'tk_secret' }));
  const servers: RunningServer[] = [];
  for (let count = 0; count < processes; count += 1)
    servers.push(resources.use(await RunningServer.start(store.env)));
  const [watched] = servers as [RunningServer];
  const body = { channel: 'ntfy', settings: { url: `${ntfy.url}/phone`, token: 'tk_secret' } };
  await watched.call('POST', '/notification-destinations', { body, token: watched.dashboardToken });
  using stream = await LiveClient.open(`${watched.url}/api/v1/events`, watched.dashboardToken);
  await stream.event(({ type }) => type === 'connected');

  // Of two processes, the one that saves the question delivers it at once. The page is at the other one.
  const question = { agent_instance_id: randomUUID(), agent_type: 'codex', content: 'Deploy?' };
  const asked = await servers
    .at(-1)!
    .call('POST', '/messages/agent', { body: { ...question, requires_user_input: true } });
  const { message_id } = (await asked.json()) as { message_id: string };
  const { data } = await stream.event(
    (event) => event.type === 'delivery_update' && event.data.deliveries[0].status === 'sent',
  );
  expect(data).toMatchObject({ agent_instance_id: question.agent_instance_id, message_id });
  const updates = stream.dataOfType('delivery_update');
  expect(updates.filter(({ deliveries: [{ status }] }) => status === 'sent')).toHaveLength(1);
});
