import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RunningServer } from '../support/servers/running-server.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

const MEGABYTE = 1024 * 1024;

/** A disk of 256 MB, which the test can fill. Null where the tests may not mount one. */
async function mountDisk(): Promise<TemporaryFolder | null> {
  const folder = await temporaryFolder();
  const disk = join(folder.path, 'disk');
  await mkdir(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256m', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    await folder[Symbol.asyncDispose]();
    return null;
  }
  return {
    path: disk,
    [Symbol.asyncDispose]: async () => {
      execFileSync('umount', ['--lazy', disk]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Writes until so many megabytes are written, or the disk is full. Does not let other work run meanwhile. */
function fillDisk(file: string, megabytes: number): void {
  const descriptor = openSync(file, 'w');
  const block = Buffer.alloc(64 * 1024, 1);
  try {
    for (let written = 0; written < megabytes * MEGABYTE; written += block.length)
      writeSync(descriptor, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(descriptor);
  }
}

const step = (server: RunningServer, agent_instance_id: string, content: string) =>
  server.call('POST', '/messages/agent', { body: { agent_instance_id, agent_type: 'codex', content } });

test('while the disk is full, writes get 503 and reads work; afterwards the server goes on by itself', async ({
  skip,
}) => {
  await using disk = await mountDisk();
  if (disk === null) return skip();
  const filler = join(disk.path, 'filler');
  await using server = await RunningServer.start({ DATA_DIR: join(disk.path, 'data'), LOG_LEVEL: 'warn' });
  const instance = randomUUID();
  expect((await step(server, instance, 'before')).status).toBe(200);

  fillDisk(filler, 120);
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

  await rm(filler);
  await expect.poll(async () => (await step(server, instance, 'afterwards')).status).toBe(200);
  expect(await statusAt('/ready')).toBe(200);
  expect(await server.stop()).toBe(0);
});

test('a disk that fills up in a moment loses nothing that was acknowledged, and the server still stops', async ({
  skip,
}) => {
  await using disk = await mountDisk();
  if (disk === null) return skip();
  const env = { DATA_DIR: join(disk.path, 'data'), LOG_LEVEL: 'warn' };
  const filler = join(disk.path, 'filler');
  const instance = randomUUID();
  let acknowledged = 0;
  {
    await using server = await RunningServer.start(env);
    const content = (nth: number) => `${nth} ${randomUUID().repeat(20_000)}`;
    expect((await step(server, instance, content(1))).status).toBe(200);
    // The server has just seen that there is space.
    fillDisk(filler, 256);
    let status = 200;
    for (acknowledged = 0; status === 200; acknowledged += 1) {
      status = (await step(server, instance, content(acknowledged + 2))).status;
    }
    expect(status).toBe(503);
    expect((await step(server, instance, 'more')).status).toBe(503);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    expect(await server.stop()).toBe(0);
  }
  await rm(filler);
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
