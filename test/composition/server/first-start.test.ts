import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BIN } from '../../support/servers/agent-dashboard.ts';
import { provideDatabase } from '../../support/servers/migrated-data-dir.ts';
import { NodeProcess } from '../../support/servers/node-process.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Node options that make stderr look like a terminal. */
const ON_A_TERMINAL = [
  '--import',
  `data:text/javascript,${encodeURIComponent(`Object.defineProperty(process.stderr, 'isTTY', { value: true });`)}`,
];

/** Starts and stops a server, and returns everything that it printed on stderr. */
async function stderrOf(node: readonly string[], env: { readonly [name: string]: string }): Promise<string> {
  await using server = new NodeProcess([...node, BIN, 'serve'], { env: { MCP_SERVER_PORT: '0', ...env } });
  await server.waitForOutput('Ctrl-C stops it.');
  server.signal('SIGTERM');
  expect((await server.whenEnded).code).toBe(0);
  return server.stderr;
}

test('on a terminal the first start reports that it makes the database, and no start logs normal events', async () => {
  await using folder = await temporaryFolder();
  const DATA_DIR = join(folder.path, 'data');
  expect(await stderrOf(ON_A_TERMINAL, { DATA_DIR })).toBe(
    `Creating the database in ${join(DATA_DIR, 'database')}\n`,
  );
  expect(await stderrOf(ON_A_TERMINAL, { DATA_DIR })).toBe('');
  expect(await stderrOf(ON_A_TERMINAL, { DATA_DIR, LOG_LEVEL: 'info' })).toContain('"msg":"listening"');
});

test('without a terminal stderr has only the log, at level info and above', async () => {
  await using folder = await temporaryFolder();
  const lines = (await stderrOf([], { DATA_DIR: join(folder.path, 'data') })).trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
    'schema brought up to date',
    'listening',
    'stopping',
    'stopped',
  ]);
});

test('a start warns in one line of a DATA_DIR to which everybody can write', async () => {
  await using folder = await temporaryFolder();
  const DATA_DIR = join(folder.path, 'data');
  await provideDatabase(DATA_DIR);
  await chmod(DATA_DIR, 0o777);
  const warnings = await stderrOf([], { DATA_DIR, LOG_LEVEL: 'warn' });
  expect(JSON.parse(warnings)).toMatchObject({
    dataDir: DATA_DIR,
    msg: expect.stringContaining('chmod 700'),
  });
  await chmod(DATA_DIR, 0o700);
  expect(await stderrOf([], { DATA_DIR, LOG_LEVEL: 'warn' })).toBe('');
});
