import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { uuidV7 } from '../../../src/adapters/runtime/system.ts';
import { plainLine, plainText } from '../../../src/domain/text/plain-text.ts';
import { BIN } from '../../support/servers/agent-dashboard.ts';
import { NodeProcess } from '../../support/servers/node-process.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporary-folder.ts';
import { run } from './command-run.ts';

let folder: TemporaryFolder;
let server: RunningServer;
let env: { [name: string]: string };
beforeAll(async () => {
  folder = await temporaryFolder();
  const settings = { DATA_DIR: join(folder.path, 'data'), LOG_LEVEL: 'warn' };
  server = await RunningServer.start(settings);
  env = { ...settings, AGENT_DASHBOARD_URL: server.url };
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const say = async (id: string, content: string, isQuestion = false, fields: object = {}) => {
  const body = {
    agent_instance_id: id,
    agent_type: 'codex',
    content,
    requires_user_input: isQuestion,
    ...fields,
  };
  const answer = await server.call('POST', '/messages/agent', { body });
  return ((await answer.json()) as { message_id: string }).message_id;
};
const pending = async (id: string, last: string) => {
  const query = new URLSearchParams({ agent_instance_id: id, last_read_message_id: last });
  const answer = await server.call('GET', `/messages/pending?${query}`);
  const { messages } = (await answer.json()) as { messages: { content: string }[] };
  return messages.map(({ content }) => content);
};

test('a reply answers the open question; a number selects one of its options', async () => {
  const id = uuidV7.next();
  const question = await say(id, 'Which port? [OPTIONS] 1. 8080 2. 8081 [/OPTIONS]', true);
  expect(await run(['reply', id, '2'], env)).toEqual({ code: 0, stdout: 'Answered: "8081"\n', stderr: '' });
  expect(await pending(id, question)).toEqual(['8081']);
});

test('a number without an option is refused with a list of the options, and the question stays open', async () => {
  const id = uuidV7.next();
  const question = await say(id, 'Now? [OPTIONS]\n1. Now\u001b[2J\n2. Not yet\n[/OPTIONS]', true);
  for (const number of ['3', '0', '100']) {
    const { code, stdout, stderr } = await run(['reply', id, number], env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `agent-dashboard: There is no option ${number}. The options are: 1. Now�[2J  2. Not yet\n`,
    );
  }
  expect(await run(['reply', id, '3 days later'], env)).toMatchObject({
    stdout: 'Answered: "3 days later"\n',
  });
  expect(await pending(id, question)).toEqual(['3 days later']);
});

test('a reply chooses several options by their numbers, and is refused with too few of them', async () => {
  const id = uuidV7.next();
  const options = ['A', 'B', 'C'].map((label) => ({ label }));
  await say(id, 'Which?', true, { options, multiple: true, min: 2 });
  expect(await run(['reply', id, '1'], env)).toMatchObject({
    code: 1,
    stderr: 'agent-dashboard: values must have 2 to 3 of them\n',
  });
  expect(await run(['reply', id, '1,3'], env)).toMatchObject({ code: 0, stdout: 'Answered: "A, C"\n' });
});

test('a number that may mean two options is refused, and --option and --text say which', async () => {
  const id = uuidV7.next();
  const options = ['2', '3', '5'].map((label) => ({ label }));
  const ask = (text: string) => say(id, text, true, { options });
  await ask('How many?');
  expect((await run(['reply', id, '3'], env)).stderr).toBe(
    'agent-dashboard: 3 may mean option 3 ("5") or the text "3". Write --option 3 for the option, or --text 3 for the text\n',
  );
  expect(await run(['reply', id, '--option', '2'], env)).toMatchObject({ stdout: 'Answered: "3"\n' });
  await ask('How many more?');
  expect(await run(['reply', id, '--text', '2'], env)).toMatchObject({ stdout: 'Answered: "2"\n' });
  expect(await run(['reply', id, '2', '--option', '2'], env)).toMatchObject({ code: 2 });
  expect(await run(['reply', id, '--option', '2'], env)).toMatchObject({
    code: 1,
    stderr: 'agent-dashboard: There is no open question\n',
  });
});

test('a reply fills in a form field by field, and the agent gets typed values and where it was answered', async () => {
  const id = uuidV7.next();
  const properties = { port: { type: 'integer' }, tls: { type: 'boolean' } };
  const question = await say(id, 'How?', true, { form: { type: 'object', properties, required: ['port'] } });
  expect(await run(['reply', id, 'yes'], env)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Its fields: - port: whole number, required  - tls: yes or no'),
  });
  expect(await run(['reply', id, '--field', 'port=x'], env)).toMatchObject({
    code: 1,
    stderr: 'agent-dashboard: form.port must be a number\n',
  });
  const fields = ['--field', 'port=8081', '--field', 'tls=yes'];
  expect(await run(['reply', id, ...fields], env)).toMatchObject({ code: 0 });
  const body = { agent_instance_id: id, last_read_message_id: question };
  const read = await server.call('POST', '/messages/pending', { body });
  expect(await read.json()).toMatchObject({
    outcomes: [{ question_id: question, form: { port: 8081, tls: true }, via: 'terminal' }],
  });
});

test('stop asks one agent or all of them to stop, with a reason', async () => {
  const id = uuidV7.next();
  await say(id, 'a step');
  const stopOf = async () => {
    const heartbeat = await server.call('POST', `/agents/instances/${id}/heartbeat`);
    return ((await heartbeat.json()) as { stop_requested: object | null }).stop_requested;
  };
  const stop = ['stop', id, '--reason', 'Wrong branch'];
  expect(await run(stop, env)).toEqual({ code: 0, stdout: 'Asked to stop.\n', stderr: '' });
  expect(await stopOf()).toMatchObject({ reason: 'Wrong branch' });
  expect((await run(['stop', '--all'], env)).stdout).toMatch(/^Asked to stop: \d+ of your agents\.\n$/);
  expect(await stopOf()).toMatchObject({ reason: 'Wrong branch' });
  await server.call('POST', '/sessions/end', { body: { agent_instance_id: id } });
  expect(await run(['stop', id], env)).toMatchObject({ stdout: 'It has ended already.\n' });
  for (const args of [['stop'], ['stop', id, '--all']])
    expect(await run(args, env)).toMatchObject({ code: 2 });
});

test('a number is an ordinary answer when the question has no options', async () => {
  const id = uuidV7.next();
  await say(id, 'How many?', true);
  expect(await run(['reply', id, '3'], env)).toMatchObject({ code: 0, stdout: 'Answered: "3"\n' });
});

test('a reply finds its question before a few messages whose texts fill more than one page', async () => {
  const id = uuidV7.next();
  await say(id, 'Which port? [OPTIONS] 1. 8080 2. 8081 [/OPTIONS]', true);
  for (let nth = 0; nth < 6; nth += 1) await say(id, `${nth} ${'x'.repeat(900_000)}`);
  expect(await run(['reply', id, '2'], env)).toMatchObject({ stdout: 'Answered: "8081"\n' });
});

test('a reply reports when there is no open question, and when the run has ended', async () => {
  const id = uuidV7.next();
  await say(id, 'a step');
  expect((await run(['reply', id, 'go on'], env)).stdout).toMatch(
    /^Queued as a message, because there is no open question/,
  );
  await server.call('POST', '/sessions/end', { body: { agent_instance_id: id } });
  expect((await run(['reply', id, 'go on'], env)).stdout).toMatch(/^Queued, but the run has ended\./);
});

test('the number of an option is not sent without an open question, unless --text says that it is a text', async () => {
  const id = uuidV7.next();
  const step = await say(id, 'a step');
  for (const number of ['2', '1,3'])
    expect(await run(['reply', id, number], env)).toEqual({
      code: 1,
      stdout: '',
      stderr: `agent-dashboard: There is no open question. To send the text anyway, write --text ${number}\n`,
    });
  expect(await pending(id, step)).toEqual([]);
});

test('a reply without an open question is queued, also when only the start of the instance id is given', async () => {
  const id = uuidV7.next();
  const step = await say(id, 'a step');
  expect(await run(['reply', id, '--text', '2', '--json'], env)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"outcome":"queued"'),
  });
  expect(await pending(id, step)).toEqual(['2']);
  expect(await run(['reply', id.slice(0, 35), 'go on'], env)).toMatchObject({ code: 0 });
  expect(await run(['reply', 'ffff0000', 'go on'], env)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no agent instance'),
  });
});

test('a reply to the start of several ids lists them', async () => {
  const ids = [uuidV7.next(), uuidV7.next()];
  for (const id of ids) await say(id, 'a step');
  const { code, stderr } = await run(['reply', ids[0]!.slice(0, 4), 'go on'], env);
  expect(code).toBe(1);
  expect(stderr).toContain(`More than one agent instance begins with "${ids[0]!.slice(0, 4)}"`);
  for (const id of ids) expect(stderr).toContain(id);
});

test('a reply that comes too late prints the accepted answer and exits with 1', async () => {
  const id = uuidV7.next();
  await say(id, 'Which port?', true);
  // Both commands see the open question and answer it.
  const both = ['use 8080\u001b[2J', 'use 8081'].map(async (text) => {
    await using command = new NodeProcess([BIN, 'reply', id, text], { env });
    const { code } = await command.whenEnded;
    return { code, stdout: command.stdout };
  });
  const outcomes = await Promise.all(both);
  const late = outcomes.find(({ code }) => code === 1);
  // If one command ended before the other began, the later reply was queued instead.
  if (late !== undefined) expect(late.stdout).toMatch(/^Already answered: "use 808[01]/);
  for (const { stdout } of outcomes) expect(stdout).not.toContain('\u001b');
});

test('watch prints one line for each event, without control characters', async () => {
  const id = uuidV7.next();
  await say(id, 'before \u001b]0;title\u0007');
  await using watching = new NodeProcess([BIN, 'watch'], { env });
  await watching.waitForOutput('before ');
  await say(id, 'May I?\nReally?', true);
  await watching.waitForOutput('May I? ⏎ Really?');
  expect(watching.stdout).toMatch(new RegExp(`${id.slice(0, 13)} codex`));
  await watching.waitForOutput('To answer: ');
  for (const control of ['\u001b', '\u0007']) expect(watching.stdout).not.toContain(control);
  watching.signal('SIGTERM');
  expect((await watching.whenEnded).code).toBe(0);
});

test('watch without a terminal prints after each question the command that answers it', async () => {
  const before = await instanceWithQuestion();
  await using watching = new NodeProcess([BIN, 'watch'], { env });
  await watching.waitForOutput(before.slice(0, 13));
  // When this step is printed, the stream is open, and the question comes from it.
  await say(uuidV7.next(), 'the stream is open');
  await watching.waitForOutput('the stream is open');
  const id = uuidV7.next();
  await say(id, 'Which port? [OPTIONS] 1. 8080 2. 8081 [/OPTIONS]', true);
  const command = / {2}To answer: .* reply (\S+) <number or text>$/m;
  await watching.waitForOutput('<number or text>');
  // The list at the start has a command, too. The last line is the one of the new question.
  const [, shortId] = command.exec(watching.stdout.trimEnd().split('\n').slice(-1).join())!;
  watching.signal('SIGTERM');
  await watching.whenEnded;
  expect(watching.stdout).toMatch(
    new RegExp(`AWAITING_INPUT +${before.slice(0, 13)}.*\\n +To answer: .* reply `),
  );
  expect(await run(['reply', shortId!, '2'], env)).toMatchObject({ code: 0, stdout: 'Answered: "8081"\n' });
});

test('watch --json prints the events of one instance as JSON lines', async () => {
  const id = uuidV7.next();
  await say(id, 'first');
  const args = ['watch', '--json', '--instance', id.slice(0, 35), '--api-key', server.dashboardToken];
  await using watching = new NodeProcess([BIN, ...args], { env });
  await watching.waitForOutput('"connected"');
  await say(id, 'second');
  await watching.waitForOutput('second');
  watching.signal('SIGINT');
  await watching.whenEnded;
  const events = watching.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; data: { content?: string; id?: string } });
  expect(events[0]).toMatchObject({ type: 'status_update', data: { id } });
  expect(events.find(({ type }) => type === 'message')?.data.content).toBe('second');
});

test('an unknown instance, an invalid key or an unreachable server gives an error of one line', async () => {
  const errorOf = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(args, env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    return stderr;
  };
  expect(await errorOf('watch', '--instance', uuidV7.next())).toMatch(/not found/);
  expect(await errorOf('watch', '--instance', 'ffff0000')).toMatch(/There is no agent instance "ffff0000"/);
  expect(await errorOf('watch', '--api-key', 'nonsense')).toMatch(/does not accept the token/);
  expect(await errorOf('reply', uuidV7.next(), 'x')).toMatch(/not found/);
  expect(await errorOf('reply', uuidV7.next(), 'x', '--base-url', 'http://127.0.0.1:1')).toMatch(
    /No server answers/,
  );
  expect(await errorOf('watch', '--base-url', 'http://localhost:1', '--api-key', 'k')).toMatch(
    /^agent-dashboard: No server answers at http:\/\/localhost:1 \([^()]+\)\. .*--base-url or MCP_SERVER_PORT$/m,
  );
});

test('the key that a command makes for itself is revoked when the command ends, with or without an error', async () => {
  const terminalKeys = async () => {
    const { stdout } = await run(['token', 'list', '--json'], env);
    const keys = JSON.parse(stdout) as { name: string; revoked_at: string | null }[];
    return keys.filter(({ name }) => name === 'terminal');
  };
  const before = (await terminalKeys()).length;
  await run(['reply', await instanceWithQuestion(), 'yes'], env);
  await run(['reply', uuidV7.next(), 'there is no such instance'], env);
  await using watching = new NodeProcess([BIN, 'watch'], { env });
  await watching.waitForOutput('codex');
  watching.signal('SIGINT');
  await watching.whenEnded;
  const keys = await terminalKeys();
  expect(keys).toHaveLength(before + 3);
  expect(keys.filter(({ revoked_at }) => revoked_at === null)).toEqual([]);
  // No server can be reached, so no key is created.
  await run(['watch', '--base-url', 'http://localhost:1'], env);
  expect(await terminalKeys()).toHaveLength(before + 3);
});

const instanceWithQuestion = async () => {
  const id = uuidV7.next();
  await say(id, 'May I?', true);
  return id;
};

test.each([
  ['watch'],
  ['reply', uuidV7.next(), 'yes'],
  ['token', 'list'],
  ['token', 'revoke', 'x'.repeat(16)],
  ['user', 'export', '--user', 'ada'],
  ['user', 'delete', '--user', 'ada', '--yes'],
])(
  '%s %s fails in a folder without server data, creates nothing there, and names the folder',
  async (...args) => {
    const DATA_DIR = join(folder.path, 'elsewhere');
    const { code, stdout, stderr } = await run(args, { DATA_DIR });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^agent-dashboard: DATA_DIR: there is no database in [^\n]*DATABASE_URL[^\n]* serve\n$/,
    );
    expect(stderr).toContain(DATA_DIR);
    expect(existsSync(DATA_DIR)).toBe(false);
  },
);

test('control characters in an error from the server are replaced', async () => {
  const detail = 'no \u001b[2J\u009b31m such key';
  const other = createServer((_req, res) => res.writeHead(400).end(JSON.stringify({ code: 'x', detail })));
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { code, stderr } = await run(['watch', '--api-key', 'a', '--base-url', `http://127.0.0.1:${port}`]);
  other.close();
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'agent-dashboard: no �[2J�31m such key\n' });
});

test.each([
  ['\u001b[2J', '�[2J'],
  ['a\r\nb', 'a ⏎ b'],
  ['\u202Eevil\u009b', '�evil�'],
  ['tab\there', 'tab here'],
  ['emoji 🙂 ok', 'emoji 🙂 ok'],
])('control characters of %j are replaced on one line', (text, shown) => {
  expect(plainLine(text)).toBe(shown);
});

test('control characters are replaced in a text of several lines, and its line breaks stay', () => {
  expect(plainText('a\n\u001bb\r\nc')).toBe('a\n�b\nc');
});
