import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMAND } from '../../support/servers/agent-dashboard.ts';
import { NodeProcess } from '../../support/servers/node-process.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';
import { ConnectScene } from './connect-scene.ts';

let folder: TemporaryFolder;
let server: RunningServer;
beforeAll(async () => {
  folder = await temporaryFolder();
  server = await RunningServer.start({ DATA_DIR: join(folder.path, 'data') });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** Starts the command on a machine that has no data of the server. */
const connecting = ({ env }: ConnectScene, agent: string) =>
  new NodeProcess([...COMMAND, 'connect', agent, '--yes', '--remote', server.url], { env });

async function codeOf(command: NodeProcess): Promise<string> {
  await command.waitForOutput('Waiting for you');
  return /shows the code (\S+)\./.exec(command.stdout)![1]!;
}

const asPerson = (method: string, path: string, body?: object) =>
  server.call(method, path, { token: server.dashboardToken, ...(body !== undefined && { body }) });

interface Key {
  readonly name: string;
  readonly revoked_at: string | null;
}
const keysOf = async (name: string): Promise<readonly Key[]> => {
  const keys = (await (await asPerson('GET', '/api-keys')).json()) as readonly Key[];
  return keys.filter((key) => key.name === name);
};

test('two agents are paired at the same time, each with its own code, and give their keys back', async () => {
  await using scene = await ConnectScene.start();
  await using codex = connecting(scene, 'codex');
  await using gemini = connecting(scene, 'gemini-cli');
  const [code, otherCode] = await Promise.all([codeOf(codex), codeOf(gemini)]);
  expect(otherCode).not.toBe(code);
  const shown = await asPerson('GET', `/device-codes/${code}`);
  expect(await shown.json()).toMatchObject({ client_name: `${hostname()} / codex`, scopes: ['agent'] });
  for (const each of [code, otherCode]) await asPerson('POST', `/device-codes/${each}`, { allow: true });
  expect([await codex.whenEnded, await gemini.whenEnded]).toMatchObject([{ code: 0 }, { code: 0 }]);
  const { token } = await scene.readJson<{ token: string }>('.config/agent-dashboard/connections/codex.json');
  expect(codex.stdout + codex.stderr).not.toContain(token);
  expect(await scene.run('status')).toMatchObject({ code: 0, stdout: expect.stringContaining(server.url) });
  // The second time, nobody has to allow anything.
  expect((await scene.run('connect', 'codex', '--remote', `${server.url}/`)).stdout).toContain(
    'connected already',
  );
  expect(await scene.run('disconnect', '--yes')).toMatchObject({ code: 0, stderr: '' });
  for (const agent of ['codex', 'gemini-cli']) {
    expect(await keysOf(`${hostname()} / ${agent}`)).toMatchObject([{ revoked_at: expect.any(String) }]);
  }
});

test('nothing is changed if the person says no', async () => {
  await using scene = await ConnectScene.start();
  await using command = connecting(scene, 'codex');
  await asPerson('POST', `/device-codes/${await codeOf(command)}`, { allow: false });
  expect(await command.whenEnded).toMatchObject({ code: 1 });
  expect(command.stderr).toBe('agent-dashboard: You did not allow it\n');
  expect(await scene.run('status')).toMatchObject({
    stdout: expect.not.stringContaining('Codex: connected'),
  });
});

test('an address without a server is said to be none', async () => {
  await using scene = await ConnectScene.start();
  const { code, stderr } = await scene.run('connect', 'codex', '--yes', '--remote', 'http://127.0.0.1:1');
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining(
      'http://127.0.0.1:1 does not let programs sign in. Is it the address of the server?',
    ),
  });
});
