import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
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

  test('serve starts in an empty folder, serves the page with its scripts, and stops on SIGTERM', async () => {
    await using home = await temporaryFolder();
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
