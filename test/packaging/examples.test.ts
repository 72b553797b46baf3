import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import {
  type ConversationMessage,
  createClient,
  type PeopleClient,
} from '../../src/adapters/client/client.ts';
import { DEFAULT_DATA_DIR } from '../../src/composition/data-dir/data-dir.ts';
import { provideDatabase } from '../support/servers/migrated-data-dir.ts';
import { NodeProcess } from '../support/servers/node-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { run } from './run.ts';

const { folder, nodes } = inject('installation');
const EXAMPLES = join(folder, 'examples');

describe.each(nodes)('on Node $version', ({ path: node }) => {
  test.each([
    'custom-notifier/matrix-notifier.test.ts',
    'custom-repository/sqlite-repository.test.ts',
    'fastify/app.test.ts',
  ])('the tests of an example pass: %s', async (file) => {
    const report = await run(['--test', '--test-reporter=tap', join(EXAMPLES, file)], {
      cwd: folder,
      node,
    });
    expect(report).toMatch(/^# fail 0$/m);
    expect(Number(/^# pass (\d+)$/m.exec(report)?.[1])).toBeGreaterThan(3);
  });
});

/** Runs an example against a server, answers its questions, and returns what it has printed. */
async function runClientExample(
  example: string,
  answerQuestion: (people: PeopleClient, question: ConversationMessage) => Promise<unknown>,
  questions: number,
): Promise<string> {
  await using home = await temporaryFolder();
  await provideDatabase(join(home.path, DEFAULT_DATA_DIR));
  await using server = new NodeProcess([join(folder, 'node_modules/.bin/agent-dashboard'), 'serve'], {
    cwd: home.path,
    env: { MCP_SERVER_PORT: '0', LOG_LEVEL: 'warn' },
  });
  await server.waitForOutput('Ctrl-C stops it.');
  const printed = (label: string) => new RegExp(`${label} +(\\S+)`).exec(server.stdout)![1]!;
  const baseUrl = printed('listens on');
  const { people } = createClient({ baseUrl, token: printed('Dashboard token:') });
  const env = { AGENT_DASHBOARD_URL: baseUrl, AGENT_TOKEN: printed('Agent token:') };
  const events = people.events();
  await events.next();
  await using script = new NodeProcess([join(EXAMPLES, example)], { env });
  let answered = 0;
  for await (const { type, data } of events) {
    if (type !== 'message' || !data.requires_user_input) continue;
    await answerQuestion(people, data);
    answered += 1;
    if (answered === questions) break;
  }
  expect(await script.whenEnded).toMatchObject({ code: 0 });
  server.signal('SIGTERM');
  expect(await server.whenEnded).toMatchObject({ code: 0 });
  return script.stdout;
}

test('the client example asks a question and continues with the answer', async () => {
  const answerQuestion = (people: PeopleClient, { id }: ConversationMessage) =>
    people.answer({ question_id: id, content: 'Yes' });
  expect(await runClientExample('client/ask.mjs', answerQuestion, 1)).toBe('you answered: Yes\n');
});

test('the example of structured questions prints what was chosen, filled in, and decided in time', async () => {
  const answerQuestion = (people: PeopleClient, { id, question }: ConversationMessage) =>
    people.answer({
      question_id: id,
      ...(question?.form == null
        ? { values: [question!.options![0]!.value] }
        : { form: { version: '1.2', tests: true } }),
    });
  expect(await runClientExample('client/ask-with-options.ts', answerQuestion, 3)).toBe(
    'where: staging\nversion: 1.2 tests: true\nyou answered: Yes\n',
  );
});

test('the node:http example serves two use cases and its own route behind its own sign-in', async () => {
  await using server = new NodeProcess([join(EXAMPLES, 'node-http/server.ts')], { env: { PORT: '0' } });
  await server.waitForOutput('listening');
  const url = `http://127.0.0.1:${/port: (\d+)/.exec(server.stdout)?.[1]}`;
  expect(await (await fetch(url)).json()).toEqual({ application: 'its own' });

  const report = (session: string, body: object | string) =>
    fetch(`${url}/report`, {
      method: 'POST',
      headers: { 'x-session': session },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const id = randomUUID();
  const step = { agent_instance_id: id, agent_type: 'cron', content: 'Hello' };
  expect(await (await report('s1', step)).json()).toMatchObject({ success: true, queued_user_messages: [] });
  const inbox = await fetch(`${url}/inbox?agent_instance_id=${id}`, { headers: { 'x-session': 's1' } });
  expect(await inbox.json()).toMatchObject({ agent_instance_id: id, messages: [], status: 'ok' });

  const refusals = [await report('nobody', step), await report('s1', '{'), await report('s1', {})];
  expect(
    await Promise.all(
      refusals.map(async (each) => [each.status, ((await each.json()) as { code: string }).code]),
    ),
  ).toEqual([
    [401, 'unauthenticated'],
    [400, 'invalid_json'],
    [422, 'invalid_input'],
  ]);
  server.signal('SIGTERM');
  expect(await server.whenEnded).toMatchObject({ code: 0 });
});

test('the Fastify example keeps reported messages in its embedded database over a restart', async () => {
  await using home = await temporaryFolder();
  const start = async () => {
    const env = { PORT: '0', DATA_DIR: join(home.path, 'data') };
    const server = new NodeProcess([join(EXAMPLES, 'fastify/server.ts')], { cwd: home.path, env });
    await server.waitForOutput('dashboard token:');
    const [, url, agent] = /listening on (\S+)\nagent token: (\S+)/.exec(server.stdout)!;
    const call = (method: string, path: string, body?: object) =>
      fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${agent}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      });
    return { server, url: url!, call };
  };
  const id = randomUUID();
  {
    const { server, call } = await start();
    await using _ = server;
    const step = { agent_instance_id: id, agent_type: 'cron', content: 'Hello' };
    expect((await call('POST', '/api/v1/messages/agent', step)).status).toBe(200);
    server.signal('SIGTERM');
    expect(await server.whenEnded).toMatchObject({ code: 0 });
  }
  const { server, call } = await start();
  await using _ = server;
  const answer = await call('GET', `/api/v1/agent-instances/${id}`);
  expect(await answer.json()).toMatchObject({ id, messages: [{ content: 'Hello' }] });
});
