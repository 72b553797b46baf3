import { readFile, symlink } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { DEFAULT_DATA_DIR } from '../../src/composition/data-dir/data-dir.ts';
import { provideDatabase } from '../support/servers/migrated-data-dir.ts';
import { NodeProcess } from '../support/servers/node-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { run } from './run.ts';

const { folder, nodes } = inject('installation');
const BIN = join(folder, 'node_modules/.bin/agent-dashboard');

describe.each(nodes)('agent-dashboard on Node $version', ({ path: node }) => {
  test('--version prints the version of the package', async () => {
    const { version } = JSON.parse(
      await readFile(join(folder, 'node_modules/@agent-dashboard/server/package.json'), 'utf8'),
    );
    expect((await run([BIN, '--version'], { cwd: folder, node })).trim()).toBe(version);
  });

  test('serve starts, serves the page with its scripts, and stops on SIGTERM', async () => {
    await using home = await temporaryFolder();
    // A new database takes seconds, so one Node only makes one.
    if (node === process.execPath) await provideDatabase(join(home.path, DEFAULT_DATA_DIR));
    await using server = new NodeProcess([BIN, 'serve'], {
      cwd: home.path,
      env: { MCP_SERVER_PORT: '0', LOG_LEVEL: 'warn' },
      node,
    });
    await server.waitForOutput('Ctrl-C stops it.');
    const url = /listens on +(\S+)/.exec(server.stdout)?.[1];
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' });
    const html = await (await fetch(`${url}/`, { headers: { accept: 'text/html' } })).text();
    const script = /<script[^>]+src="([^"]+)"/.exec(html)?.[1];
    const answer = await fetch(new URL(script ?? 'none', `${url}/`));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('javascript');
    server.signal('SIGTERM');
    expect(await server.whenEnded).toEqual({ code: 0, signal: null });
  });
});

describe('the printed command works where it is printed', () => {
  /** Runs a command line in a shell, and returns the usage that `--help` prints. */
  async function usageOf(command: string, cwd: string, path: string): Promise<string> {
    await using shell = new NodeProcess(['-c', `${command} --help`], {
      node: 'bash',
      cwd,
      env: { PATH: path },
    });
    expect(await shell.whenEnded, shell.stderr).toMatchObject({ code: 0 });
    return /^Usage: (.*) \[options\] \[command\]$/m.exec(shell.stdout)![1]!;
  }
  const withNode = [dirname(process.execPath), process.env.PATH].join(delimiter);

  test('installed in a project', async () => {
    const command = 'npx --no-install agent-dashboard';
    for (const start of [command, BIN]) expect(await usageOf(start, folder, withNode)).toBe(command);
    expect(await usageOf(command, join(folder, 'examples'), withNode)).toBe(command);
  });

  test('installed globally', async () => {
    await using home = await temporaryFolder();
    const program = join(folder, 'node_modules/@agent-dashboard/server/dist/composition/bin.js');
    await symlink(program, join(home.path, 'agent-dashboard'));
    const path = `${home.path}${delimiter}${withNode}`;
    expect(await usageOf('agent-dashboard', home.path, path)).toBe('agent-dashboard');
  });

  test('not installed: npx runs nothing', async () => {
    await using home = await temporaryFolder();
    // No registry answers at this address, and none may be asked for a program to run.
    const env = {
      PATH: withNode,
      HOME: home.path,
      npm_config_registry: 'http://127.0.0.1:1',
      npm_config_fetch_retries: '0',
    };
    await using npx = new NodeProcess(['-c', 'npx --no-install agent-dashboard --version'], {
      node: 'bash',
      cwd: home.path,
      env,
    });
    expect((await npx.whenEnded).code).not.toBe(0);
    expect(npx.stdout).toBe('');
  });
});
