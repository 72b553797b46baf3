import { execFileSync } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, test } from 'vitest';
import { packageInfo } from '../../src/composition/package-info.ts';
import { provideDatabase } from '../support/servers/migrated-data-dir.ts';
import { NodeProcess } from '../support/servers/node-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/agent-dashboard.js', import.meta.url));

/** Imitates a Node that cannot read TypeScript. */
const OLD_NODE = [
  '--import',
  `data:text/javascript,Object.defineProperty(process.features,'typescript',{value:undefined})`,
];

/** The Node that the system has, which may be older than the one of the packages. */
const systemNode = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .map((folder) => join(folder, 'node'))
  .find((path) => {
    try {
      return execFileSync(path, ['--version']).length > 0;
    } catch {
      return false;
    }
  });
const NODES: [name: string, node: string, options: readonly string[]][] = [
  ['a new Node', process.execPath, []],
  ['a Node that cannot read TypeScript', process.execPath, OLD_NODE],
  ['the Node of the system', systemNode ?? process.execPath, []],
];

test.each(NODES)(
  'a clone runs with %s, and passes on arguments, output and exit code',
  async (_name, node, options) => {
    await using version = new NodeProcess([...options, LAUNCHER, '--version'], { node });
    expect(await version.whenEnded).toEqual({ code: 0, signal: null });
    expect(version).toMatchObject({ stdout: `${packageInfo.version}\n`, stderr: '' });
    await using wrong = new NodeProcess([...options, LAUNCHER, 'token', 'revoke', 'zz'], { node });
    expect((await wrong.whenEnded).code).toBe(2);
  },
);

test.each(NODES)(
  'an MCP client can start the stdio server of a clone with %s',
  async (_name, command, options) => {
    const args = [...options, LAUNCHER, 'mcp', '--base-url', 'http://127.0.0.1:1', '--api-key', 'x'];
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new StdioClientTransport({ command, args }));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('log_step');
    await client.close();
  },
);

test.each(NODES)('SIGTERM stops a server that was started with %s', async (_name, node, options) => {
  await using folder = await temporaryFolder();
  const env = { DATA_DIR: join(folder.path, 'data'), MCP_SERVER_PORT: '0', LOG_LEVEL: 'warn' };
  await provideDatabase(env.DATA_DIR);
  await using server = new NodeProcess([...options, LAUNCHER, 'serve'], { node, env });
  await server.waitForOutput('Ctrl-C stops it.');
  server.signal('SIGTERM');
  expect(await server.whenEnded).toEqual({ code: 0, signal: null });
});

test('without the Node of the packages, an old Node gets one line that says which Node is needed', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'bin'));
  const launcher = join(folder.path, 'bin/agent-dashboard.mjs');
  await cp(LAUNCHER, launcher);
  await using command = new NodeProcess([...OLD_NODE, launcher, 'serve']);
  expect((await command.whenEnded).code).toBe(1);
  expect(command.stderr).toMatch(
    /^agent-dashboard needs Node\.js 22\.18 or newer; this is \S+\. Run npm ci in .*\n$/,
  );
});
