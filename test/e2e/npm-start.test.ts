import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { provideDatabase } from '../support/servers/migrated-data-dir.ts';
import { NodeProcess } from '../support/servers/node-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

// npm sends the signal to the shell that it has started, and a shell that waits for the server would not pass
// it on.
test('stopping `npm start` stops the server', async () => {
  await using folder = await temporaryFolder();
  const DATA_DIR = join(folder.path, 'data');
  await provideDatabase(DATA_DIR);
  const env = { HOME: folder.path, DATA_DIR, MCP_SERVER_PORT: '0', LOG_LEVEL: 'info' };
  await using npm = new NodeProcess(['start'], { node: 'npm', cwd: ROOT, env });
  await npm.waitForOutput('Ctrl-C stops it.');
  npm.signal('SIGTERM');
  expect(await npm.whenEnded).toEqual({ code: 0, signal: null });
  expect(npm.stderr).toContain('"msg":"stopped"');
});
