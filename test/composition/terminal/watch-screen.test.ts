import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { AgentInstance, ConversationMessage, LiveEvent } from '../../../src/adapters/client/client.ts';
import { WatchScreen } from '../../../src/composition/terminal/watch-screen.ts';
import { WatchedAgents } from '../../../src/composition/terminal/watched-agents.ts';
import { typedCommand } from '../../../src/composition/typed-command.ts';

const ID = '623c0000-7425-40de-944b-e07fc1f90ae7';
const OTHER = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
const AT = '2026-05-01T12:00:00.000Z';

const instance = (id: string, status: AgentInstance['status'], latest_message = ''): AgentInstance => ({
  id,
  agent_type_id: id,
  agent_type_name: 'codex',
  name: null,
  status,
  failure: null,
  started_at: AT,
  ended_at: null,
  latest_message,
  latest_message_at: AT,
  chat_length: 1,
  last_heartbeat_at: null,
  instance_metadata: null,
  context: null,
  stop_requested: null,
  stop_seen_at: null,
});

const question = (
  content: string,
  { position = 1, question_status = 'open' as const, ...rest }: Partial<ConversationMessage> = {},
) =>
  ({
    id: `question-${position}`,
    agent_instance_id: ID,
    content,
    created_at: AT,
    sender_type: 'AGENT',
    requires_user_input: true,
    position,
    question_status,
    expires_at: null,
    question: null,
    ...rest,
  }) as ConversationMessage & { readonly agent_instance_id: string };

type Shape = NonNullable<ConversationMessage['question']>;

const shape = (fields: Partial<Shape>): { question: Shape } => ({
  question: {
    options: null,
    multiple: false,
    min: 0,
    max: 0,
    form: null,
    on_expiry: 'expire',
    default_answer: null,
    ...fields,
  },
});

const choice = (labels: readonly string[], fields: Partial<Shape> = {}) =>
  shape({
    options: labels.map((label) => ({ label, value: label, description: null })),
    min: 1,
    max: 1,
    ...fields,
  });

const asked = (content: string, more: Partial<ConversationMessage> = {}): LiveEvent => ({
  id: '1',
  type: 'message',
  data: question(content, more),
});

/** Returns the lines that are drawn on a terminal of this size. */
async function drawn(agents: WatchedAgents, { columns = 60, rows = 24 } = {}): Promise<string[]> {
  const out = Object.assign(new PassThrough({ encoding: 'utf8' }), { columns, rows });
  using screen = new WatchScreen(agents, out as unknown as NodeJS.WriteStream);
  await once(out, 'data');
  screen.show();
  const [text] = (await once(out, 'data')) as [string];
  return text.split('\r\n').map((line) => stripVTControlCharacters(line));
}

function agentsWith(...events: readonly LiveEvent[]): WatchedAgents {
  const agents = new WatchedAgents();
  agents.replaceAll([instance(ID, 'AWAITING_INPUT', 'Which'), instance(OTHER, 'ACTIVE', 'at work')]);
  for (const event of events) agents.apply(event);
  return agents;
}

test('a waiting agent is shown with its whole question, its numbered options and the command to answer', async () => {
  const text = 'Which port?\nIt is for the preview.';
  const content = `${text}\n[OPTIONS]\n1. 8080\n2. 8081\n[/OPTIONS]`;
  const lines = await drawn(agentsWith(asked(content, choice(['8080', '8081'], { text }))), {
    columns: 80,
    rows: 24,
  });
  expect(lines.slice(0, 9)).toEqual([
    'Agents: 2, waiting for you: 1 (connecting; Ctrl-C ends it)',
    'AWAITING_INPUT 623c0000-7425 codex',
    '  Which port?',
    '  It is for the preview.',
    '  1. 8080',
    '  2. 8081',
    `  ${typedCommand('reply 623c <number or text>')}`,
    'ACTIVE         7c9e6679-7425 codex  at work',
    '',
  ]);
  expect(lines.join('\n')).not.toContain('[OPTIONS]');
});

test('a terminal that says its size is 0 × 0 gets a screen of the usual size', async () => {
  const agents = agentsWith(asked('Which port?'));
  expect(await drawn(agents, { columns: 0, rows: 0 })).toEqual(
    await drawn(agents, { columns: 80, rows: 24 }),
  );
});

test('the command to answer a question without options asks for a text', async () => {
  expect(await drawn(agentsWith(asked('How many?')))).toContain(`  ${typedCommand('reply 623c <text>')}`);
});

test.each([
  ['words', 'a word and more of them '.repeat(40)],
  ['one long word', 'x'.repeat(900)],
  ['letters of two columns', '日本語 🙂'.repeat(100)],
  ['many lines', 'line\n'.repeat(100)],
])(
  'a question of %s is cut to the terminal size, but its options and the answer command stay',
  async (_name, text) => {
    const lines = await drawn(agentsWith(asked(text, choice(['Yes', 'No']))), { columns: 44, rows: 20 });
    expect(lines.length).toBeLessThanOrEqual(20);
    const wide = (line: string) =>
      [...line].reduce((sum, letter) => sum + (/[日本語🙂]/u.test(letter) ? 2 : 1), 0);
    for (const line of lines) expect(wide(line), line).toBeLessThanOrEqual(44);
    for (const line of ['  1. Yes', '  2. No']) expect(lines).toContain(line);
    expect(lines.map((line) => line.trim()).join(' ')).toContain(typedCommand('reply 623c <number or text>'));
  },
);

test('control characters in a question and its options are replaced', async () => {
  const lines = await drawn(agentsWith(asked('a\u001b[2J\u009b', choice(['b\u001b]0;t\u0007', 'c']))));
  expect(lines).toContain('  a�[2J�');
  expect(lines).toContain('  1. b�]0;t�');
});

test('after an answer the older open question has to be read from the server', () => {
  const agents = agentsWith(asked('first?'), asked('second?', { position: 2 }));
  expect(agents.question(ID)?.content).toBe('second?');
  expect(agents.agentsWithUnknownQuestion).toEqual([]);
  const data = question('second?', { position: 2, question_status: 'answered' });
  agents.apply({ id: '2', type: 'message_update', data });
  expect(agents.agentsWithUnknownQuestion.map(({ id }) => id)).toEqual([ID]);
  agents.setQuestion(ID, question('first?'));
  expect(agents.question(ID)?.content).toBe('first?');
});

test('an instance without a question on the server is not read again until the next list', () => {
  const agents = agentsWith();
  agents.setQuestion(ID, null);
  expect(agents.agentsWithUnknownQuestion).toEqual([]);
  agents.replaceAll([instance(ID, 'AWAITING_INPUT')]);
  expect(agents.agentsWithUnknownQuestion).toHaveLength(1);
});

test('an instance is shown with the shortest start of its id that is unique', () => {
  const agents = agentsWith();
  const near = '623c0000-8425-40de-944b-e07fc1f90ae7';
  agents.replaceAll([instance(ID, 'ACTIVE'), instance(near, 'ACTIVE')]);
  expect(agents.shortIdOf(ID)).toBe('623c0000-7');
  // A list of one instance may leave out others, so more of the id is shown.
  agents.replaceAll([instance(ID, 'ACTIVE')]);
  expect(agents.shortIdOf(ID)).toBe('623c0000-7425');
});

test('a question shows what its options mean, how many can be chosen, and how it ends by itself', async () => {
  const options = [
    { label: 'Staging', value: 'staging', description: 'Safe' },
    { label: 'Production', value: 'production', description: null },
  ];
  const expires_at = new Date(Date.now() + 270_000).toISOString();
  const more = { options, multiple: true, min: 1, max: 2, default_answer: ['staging'] };
  const lines = await drawn(agentsWith(asked('Where?', { expires_at, ...shape(more) })), { columns: 100 });
  expect(lines.slice(2, 8)).toEqual([
    '  Where?',
    '  Choose 1 to 2 of:',
    '  1. Staging (Safe)',
    '  2. Production',
    '  Ends in 4 min: Staging',
    `  ${typedCommand('reply 623c <numbers or text>')}`,
  ]);
});

test('a form is shown as a list of its fields', async () => {
  const form = {
    type: 'object' as const,
    properties: {
      port: { type: 'integer' as const, title: 'Port' },
      tls: { type: 'boolean' as const },
    },
    required: ['port'],
  };
  const lines = await drawn(agentsWith(asked('How?', shape({ form }))), { columns: 100 });
  expect(lines.slice(2, 6)).toEqual([
    '  How?',
    '  - port (Port): whole number, required',
    '  - tls: yes or no',
    `  ${typedCommand('reply 623c --field <name>=<value> …')}`,
  ]);
});

test('an agent that should stop is shown with whether it knows', async () => {
  const stop_requested = { reason: null, at: AT };
  const agents = new WatchedAgents();
  agents.replaceAll([
    { ...instance(ID, 'ACTIVE', 'at work'), stop_requested },
    { ...instance(OTHER, 'ACTIVE', 'at work'), stop_requested, stop_seen_at: AT },
  ]);
  const lines = (await drawn(agents, { columns: 100 })).join('\n');
  expect(lines).toContain('623c0000-7425 codex (asked to stop)  at work');
  expect(lines).toContain('7c9e6679-7425 codex (knows that it should stop)  at work');
});

test.each([
  [{ question_status: 'expired' }, '× nobody answered in time: Now?'],
  [{ question_status: 'withdrawn' }, '× the agent took its question back: Now?'],
  [{ question_status: 'answered' }, null],
] as const)('the timeline says how a question ended: %j', (fields, line) => {
  const data = question('Now?', fields);
  const shown = agentsWith(asked('Now?')).apply({ id: '2', type: 'message_update', data });
  expect(shown?.split('codex ')[1] ?? null).toBe(line);
});

test('the timeline marks a default answer', () => {
  const answer_to = { question_id: 'q', values: null, form: null, decided_by: 'default', via: null } as const;
  const data = { ...question('Staging'), sender_type: 'USER' as const, answer_to };
  expect(agentsWith().apply({ id: '2', type: 'message', data })).toMatch(
    /← nobody answered in time, so the default: Staging$/,
  );
});

test('a line says in which repository and on which branch the agent works', async () => {
  const context = {
    ...{ repository: 'acme/shop', branch: 'fix', machine: 'anvil', folder: '~/shop' },
    ...{ model: null, agent_version: null, terminal: null },
  };
  const agents = new WatchedAgents();
  agents.replaceAll([
    { ...instance(ID, 'ACTIVE', 'Reading'), context },
    {
      ...instance(OTHER, 'ACTIVE', 'Writing'),
      context: { ...context, repository: null, branch: 'a\u001b[2Jb' },
    },
  ]);
  const [, first, second] = await drawn(agents, { columns: 100 });
  expect(first).toBe(`ACTIVE         ${ID.slice(0, 13)} codex (acme/shop · fix)  Reading`);
  expect(second).toBe(`ACTIVE         ${OTHER.slice(0, 13)} codex (a�[2Jb)  Writing`);
});
