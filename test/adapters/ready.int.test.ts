import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { openPostgres } from '../../src/adapters/mikro-orm/postgres.ts';
import { MikroOrmAgentInstanceRepository } from '../../src/adapters/mikro-orm/repositories/agent-instance-repository.ts';
import { InProcessSignals } from '../../src/adapters/signals/in-process-signals.ts';
import { LogBook, TestServer } from './koa/test-server.ts';

test('a database that accepts connections but never answers is not ready, and probes share one ping', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const database = await openPostgres(`postgresql://nobody@127.0.0.1:${port}/none`);
  const signals = new InProcessSignals(new LogBook());
  const repository = new MikroOrmAgentInstanceRepository({ database, signals });
  let pings = 0;
  const ping = () => {
    pings += 1;
    return repository.ping();
  };
  await using server = await TestServer.start({ ping });

  const probe = (id: string) => fetch(`${server.url}/ready`, { headers: { 'x-request-id': id } });
  const answers = await Promise.all(['first', 'second', 'third'].map(probe));
  for (const answer of answers) {
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'storage_unavailable' });
  }
  expect(pings).toBe(1);
  const named = server.log.at('warn').map(({ fields }) => fields.request_id);
  expect(new Set(named)).toEqual(new Set(['first', 'second', 'third']));
  expect((await fetch(`${server.url}/health`)).status).toBe(200);

  for (const socket of sockets) socket.destroy();
  silent.close();
  await database.close();
});
