import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { createClient } from '../../src/adapters/client/client.ts';
import { NodeProcess } from '../support/servers/node-process.ts';
import { RunningServer } from '../support/servers/running-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ROOT, shellBlocks } from './shell-blocks.ts';

/** The PATH of a person: without the Node that came with the packages. */
const SYSTEM_PATH = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);

test('the example of the README asks from a clone that is not compiled, with the Node of the system', async () => {
  const blocks = await shellBlocks('README.md');
  const { commands } = blocks.find(({ note }) => note === 'test/documents/ask.test.ts')!;
  await using home = await temporaryFolder();
  const env = { DATA_DIR: join(home.path, 'data'), LOG_LEVEL: 'warn' };
  await using server = await RunningServer.start(env);
  const { people } = createClient({ baseUrl: server.url, token: server.dashboardToken });
  const events = people.events();
  await events.next();
  await using shell = new NodeProcess(['-c', commands], {
    node: 'bash',
    cwd: ROOT,
    env: { ...env, HOME: home.path, PATH: SYSTEM_PATH, AGENT_DASHBOARD_URL: server.url },
  });
  const answerFirstQuestion = async () => {
    for await (const { type, data } of events) {
      if (type !== 'message' || !data.requires_user_input) continue;
      await people.write({ agent_instance_id: data.agent_instance_id, content: 'Yes', in_reply_to: data.id });
      return;
    }
  };
  // If the script fails, there is no question to answer.
  await Promise.race([answerFirstQuestion(), shell.whenEnded]);
  const exit = await shell.whenEnded;
  expect({ ...exit, stdout: shell.stdout, stderr: shell.stderr }).toEqual({
    code: 0,
    signal: null,
    stdout: 'you answered: Yes\n',
    stderr: '',
  });
});

test('without a server the example soon says what it cannot reach', async () => {
  const args = ['--conditions=@agent-dashboard/source', join(ROOT, 'examples/client/ask.mjs')];
  const env = { AGENT_TOKEN: 'token', AGENT_DASHBOARD_URL: 'http://127.0.0.1:1' };
  await using script = new NodeProcess(args, { env });
  expect(await script.whenEnded).toMatchObject({ code: 1 });
  expect(script.stderr).toContain('The dashboard at http://127.0.0.1:1 cannot be reached');
  // The end of the session would hide the first error by its own.
  expect(script.stderr).not.toContain('AgentSession.end');
});

test('the documents show the script that the test runs', async () => {
  const script = await readFile(join(ROOT, 'examples/client/ask.mjs'), 'utf8');
  const code = script.slice(script.indexOf('import '));
  for (const document of ['README.md', 'docs/client.md'])
    expect(await readFile(join(ROOT, document), 'utf8')).toContain(`\`\`\`js\n${code}\`\`\`\n`);
});
