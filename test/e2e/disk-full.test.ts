import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { LimitedDisk } from '../support/limited-disk.ts';
import { RunningServer } from '../support/servers/running-server.ts';

const step = (server: RunningServer, agent_instance_id: string, content: string) =>
  server.call('POST', '/messages/agent', { body: { agent_instance_id, agent_type: 'codex', content } });

test('while the disk is full, writes get 503 and reads work; afterwards the server goes on by itself', async ({
  skip,
}) => {
  await using disk = await LimitedDisk.mount(256);
  if (disk === null) return skip();
  await using server = await RunningServer.start({ DATA_DIR: disk.path, LOG_LEVEL: 'warn' });
  const instance = randomUUID();
  expect((await step(server, instance, 'before')).status).toBe(200);

  disk.fill(120);
  await expect.poll(async () => (await step(server, instance, 'full')).status).toBe(503);
  const refused = await step(server, instance, 'still full');
  expect(refused.headers.get('retry-after')).toBe('30');
  expect(await refused.json()).toMatchObject({ code: 'storage_full' });
  const statusAt = async (path: string) => (await fetch(server.url + path)).status;
  expect([await statusAt('/health'), await statusAt('/ready')]).toEqual([200, 503]);
  const read = await server.call('GET', `/agent-instances/${instance}`, { token: server.dashboardToken });
  // The first write after the disk was filled may have been stored still.
  expect(await read.json()).toMatchObject({ latest_message: expect.toBeOneOf(['before', 'full']) });
  expect(server.process.stderr).toContain('Free some space');

  await disk.free();
  await expect.poll(async () => (await step(server, instance, 'afterwards')).status).toBe(200);
  expect(await statusAt('/ready')).toBe(200);
  expect(await server.stop()).toBe(0);
});

test('a disk that fills up in a moment loses nothing that was acknowledged, and the server still stops', async ({
  skip,
}) => {
  await using disk = await LimitedDisk.mount(256);
  if (disk === null) return skip();
  const env = { DATA_DIR: disk.path, LOG_LEVEL: 'warn' };
  const instance = randomUUID();
  let acknowledged = 0;
  {
    await using server = await RunningServer.start(env);
    const content = (nth: number) => `${nth} ${randomUUID().repeat(20_000)}`;
    expect((await step(server, instance, content(1))).status).toBe(200);
    // The server has just seen that there is space.
    disk.fill();
    let status = 200;
    for (acknowledged = 0; status === 200; acknowledged += 1) {
      status = (await step(server, instance, content(acknowledged + 2))).status;
    }
    expect(status).toBe(503);
    expect((await step(server, instance, 'more')).status).toBe(503);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    expect(await server.stop()).toBe(0);
  }
  await disk.free();
  await using server = await RunningServer.start(env);
  const path = `/agent-instances/${instance}`;
  const { chat_length } = (await (
    await server.call('GET', path, { token: server.dashboardToken })
  ).json()) as {
    chat_length: number;
  };
  // A write without an answer may have been stored.
  expect(chat_length - acknowledged).toBeOneOf([0, 1]);
});
