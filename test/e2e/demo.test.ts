import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from '../composition/command-line/command-run.ts';
import { NodeProcess } from '../support/servers/node-process.ts';
import { RunningServer } from '../support/servers/running-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const DEMO = fileURLToPath(new URL('../../demo/demo.ts', import.meta.url));

test('the demo prints for each question the command that answers it, and the command works', async () => {
  await using folder = await temporaryFolder();
  const settings = { DATA_DIR: join(folder.path, 'data'), LOG_LEVEL: 'warn' };
  await using server = await RunningServer.start(settings);
  const env = { ...settings, MCP_SERVER_PORT: `${server.port}` };
  await using demo = new NodeProcess([DEMO], { env: { ...env, DEMO_PACE: '50' } });
  await demo.waitForOutput('<number or text>');
  const [, id] = /Answer on the page, or: .* reply (\w{8}) <number or text>\n/.exec(demo.stdout)!;
  const answer = (text: string) => run(['reply', id!, text], env);
  expect(await answer('2')).toMatchObject({ code: 0, stdout: 'Answered: "Freeze the time in the test"\n' });
  await demo.waitForOutput('Should I open the pull request?');
  await expect.poll(() => demo.stdout.match(/ reply \w{8} /g)).toHaveLength(2);
  expect(await answer('1')).toMatchObject({ code: 0, stdout: 'Answered: "Yes"\n' });
  expect(await demo.whenEnded).toEqual({ code: 0, signal: null });
});
