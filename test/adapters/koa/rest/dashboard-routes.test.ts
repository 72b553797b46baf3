import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ROUTES } from '../../../../src/adapters/koa/rest/routes.ts';
import { fetchDescribed } from '../../../support/fetch-described.ts';
import { type CallOptions, fieldsOf, TestServer } from '../test-server.ts';

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const ID = expect.stringMatching(/^[0-9a-f-]{36}$/);
const INSTANCE_FIELDS = {
  id: ID,
  agent_type_id: ID,
  agent_type_name: 'claude-code',
  name: null,
  status: 'ACTIVE',
  started_at: TIME,
  ended_at: null,
  failure: null,
  latest_message: 'a step',
  latest_message_at: TIME,
  chat_length: 1,
  last_heartbeat_at: null,
  instance_metadata: null,
  context: null,
  stop_requested: null,
  stop_seen_at: null,
};

type Fields = { [name: string]: unknown };

let server: TestServer;
let instance: string;

beforeEach(async () => {
  server = await TestServer.start();
  instance = randomUUID();
});
afterEach(() => server[Symbol.asyncDispose]());

const as = (token: string, method: string, path: string, options: CallOptions = {}) =>
  server.call(method, path, {
    ...options,
    headers: { ...options.headers, authorization: `Bearer ${token}` },
  });
const ann = (method: string, path: string, options?: CallOptions) =>
  as('ann-dashboard', method, path, options);
const listOf = async (answer: Response) => (await answer.json()) as Fields[];
const step = async (more: object = {}) => {
  const body = { agent_instance_id: instance, content: 'a step', agent_type: 'claude-code', ...more };
  return (await fieldsOf<{ message_id: string }>(await server.call('POST', '/messages/agent', { body })))
    .message_id;
};

/** Every route about agents that accepts a dashboard token. */
const DASHBOARD_ROUTES = ROUTES.filter(
  ({ path, useCase }) => path.startsWith('/agent-') && useCase.scopes.includes('dashboard'),
);
const BODIES: { readonly [useCase: string]: object } = {
  write_to_agent: { content: 'hm' },
  set_instance_status: { status: 'COMPLETED' },
  rename_agent_instance: { name: 'nightly' },
};
const request = ({ method, path, useCase }: (typeof ROUTES)[number], id = instance) =>
  [method, path.replace(/:\w+/, id), { body: BODIES[useCase.name] }] as const;

describe('each dashboard route returns its fields', () => {
  test('GET /agent-summary', async () => {
    await step({ requires_user_input: true });
    expect(await (await ann('GET', '/agent-summary')).json()).toEqual({
      total_instances: 1,
      active_instances: 0,
      awaiting_input_instances: 1,
      completed_instances: 0,
      agent_types: [{ id: ID, name: 'claude-code', instances: 1, active: 0 }],
    });
  });

  test('GET /agent-types', async () => {
    await step();
    expect(await (await ann('GET', '/agent-types')).json()).toEqual([
      {
        id: ID,
        name: 'claude-code',
        created_at: TIME,
        recent_instances: [INSTANCE_FIELDS],
        total_instances: 1,
        active_instances: 1,
      },
    ]);
  });

  test('GET /agent-instances and /agent-types/{id}/instances: a list, and a link to the next page', async () => {
    const [first, second] = [instance, randomUUID()];
    await step();
    await step({ agent_instance_id: second });
    const [{ id: typeId } = {}] = await listOf(await ann('GET', '/agent-types'));
    for (const path of ['/agent-instances', `/agent-types/${typeId}/instances`]) {
      const page = await ann('GET', `${path}?limit=1&status=ACTIVE`);
      const link = page.headers.get('link') ?? '';
      const [, next = ''] = /^<([^>]+)>; rel="next"$/.exec(link) ?? [];
      expect(next).toContain(`/api/v1${path}?limit=1&status=ACTIVE&cursor=`);
      const rest = await fetchDescribed(next, { headers: { authorization: 'Bearer ann-dashboard' } });
      expect(rest.headers.get('link')).toBeNull();
      const both = [...(await listOf(page)), ...(await listOf(rest))];
      expect(both).toEqual([INSTANCE_FIELDS, INSTANCE_FIELDS]);
      expect(both.map(({ id }) => id).toSorted()).toEqual([first, second].toSorted());
    }
  });

  test('GET /agent-instances/{id}', async () => {
    const message_id = await step({ git_diff: 'diff --git a/a b/a\n', message_metadata: { a: 1 } });
    expect(await (await ann('GET', `/agent-instances/${instance}?message_limit=1`)).json()).toEqual({
      ...INSTANCE_FIELDS,
      id: instance,
      git_diff: 'diff --git a/a b/a\n',
      messages: [
        {
          id: message_id,
          content: 'a step',
          sender_type: 'AGENT',
          created_at: TIME,
          requires_user_input: false,
          position: 1,
          metadata: { a: 1 },
          read_at: null,
        },
      ],
      last_read_message_id: message_id,
    });
  });

  test('GET and POST /agent-instances/{id}/messages', async () => {
    const question = await step({ requires_user_input: true });
    const messages = `/agent-instances/${instance}/messages`;
    const said = await ann('POST', messages, { body: { content: 'this', in_reply_to: question } });
    expect(said.status).toBe(200);
    const answer = await fieldsOf(said);
    expect(await (await ann('GET', messages)).json()).toEqual([
      {
        id: question,
        content: 'a step',
        sender_type: 'AGENT',
        created_at: TIME,
        requires_user_input: true,
        position: 1,
        metadata: null,
        read_at: null,
        question_status: 'answered',
        answer_id: answer.id,
        agent_waiting: false,
        expires_at: null,
        question: null,
      },
      answer,
    ]);
    expect(answer.answer_to).toEqual({
      question_id: question,
      values: null,
      form: null,
      decided_by: 'person',
      via: null,
    });
    const before = await ann('GET', `${messages}?limit=5&before_message_id=${answer.id}`);
    expect(await before.json()).toMatchObject([{ id: question }]);
  });

  test('GET /agent-instances/{id} and its messages: a link to the messages before, unless there are none', async () => {
    const ids: string[] = [];
    // Four of them fit into one page.
    for (let nth = 1; nth <= 5; nth += 1) ids.push(await step({ content: `${nth} ${'x'.repeat(900_000)}` }));
    const path = `/agent-instances/${instance}`;
    const pagesFrom = async (first: string, idsOf: (body: unknown) => string[]) => {
      const pages: string[][] = [];
      for (let url = `${server.url}/api/v1${first}`; url !== ''; ) {
        const page = await fetchDescribed(url, { headers: { authorization: 'Bearer ann-dashboard' } });
        pages.push(idsOf(await page.json()));
        [, url = ''] = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '') ?? [];
        if (url !== '') expect(url).toBe(`${server.url}/api/v1${addBefore(first, pages.at(-1)![0]!)}`);
      }
      return pages;
    };
    const addBefore = (first: string, id: string) =>
      `${first}${first.includes('?') ? '&' : '?'}before_message_id=${id}`;
    const idsIn = (messages: unknown) => (messages as Fields[]).map(({ id }) => id as string);
    const idsInDetail = (detail: unknown) => idsIn((detail as Fields).messages);
    expect(await pagesFrom(path, idsInDetail)).toEqual([ids.slice(1), ids.slice(0, 1)]);
    expect(await pagesFrom(`${path}/messages`, idsIn)).toEqual([ids.slice(1), ids.slice(0, 1)]);
    const byTwo = [ids.slice(3), ids.slice(1, 3), ids.slice(0, 1)];
    expect(await pagesFrom(`${path}?message_limit=2`, idsInDetail)).toEqual(byTwo);
    expect(await pagesFrom(`${path}/messages?limit=2`, idsIn)).toEqual(byTwo);
    for (const empty of [`${path}?message_limit=0`, `${path}/messages?limit=0`]) {
      expect((await ann('GET', empty)).headers.get('link')).toBeNull();
    }
  });

  test('PUT status, PATCH name, DELETE without content, and restore', async () => {
    await step();
    const path = `/agent-instances/${instance}`;
    expect(await (await ann('PATCH', path, { body: { name: 'nightly' } })).json()).toEqual({
      ...INSTANCE_FIELDS,
      name: 'nightly',
    });
    const ended = { ...INSTANCE_FIELDS, name: 'nightly', status: 'COMPLETED', ended_at: TIME };
    expect(await (await ann('PUT', `${path}/status`, { body: { status: 'COMPLETED' } })).json()).toEqual(
      ended,
    );
    for (const _ of ['once', 'again']) {
      const deleted = await ann('DELETE', path);
      expect([deleted.status, await deleted.text()]).toEqual([204, '']);
    }
    expect((await ann('GET', path)).status).toBe(404);
    expect(await (await ann('POST', `${path}/restore`)).json()).toEqual(ended);
  });
});

describe('a second answer to a question', () => {
  test('is 409 already_answered, with the answer that was accepted and its outcome', async () => {
    const in_reply_to = await step({ requires_user_input: true });
    const reply = (content: string) =>
      ann('POST', `/agent-instances/${instance}/messages`, { body: { content, in_reply_to } });
    const won = await fieldsOf(await reply('mine'));
    const lost = await reply('no, mine');
    expect(lost.status).toBe(409);
    expect(await fieldsOf(lost)).toMatchObject({
      code: 'already_answered',
      answer: won,
      outcome: { question_id: in_reply_to, status: 'answered', decided_by: 'person' },
    });
  });

  test('is 409 question_over with the outcome when the question was closed', async () => {
    const in_reply_to = await step({ requires_user_input: true });
    await ann('PUT', `/agent-instances/${instance}/status`, { body: { status: 'COMPLETED' } });
    const late = await ann('POST', `/agent-instances/${instance}/messages`, {
      body: { content: 'hm', in_reply_to },
    });
    expect(late.status).toBe(409);
    const problem = await fieldsOf(late);
    expect(problem).toMatchObject({
      code: 'question_over',
      outcome: { question_id: in_reply_to, status: 'closed', decided_by: null },
    });
    expect(problem).not.toHaveProperty('answer');
  });
});

describe.each(DASHBOARD_ROUTES.map((row) => [`${row.method} ${row.path}`, row] as const))('%s', (_, row) => {
  const isAgentsToo = row.useCase.scopes.includes('agent');

  test(`${isAgentsToo ? 'accepts an agent token' : 'refuses an agent token with 403 insufficient_scope'}`, async () => {
    await step();
    const answer = await as('ann', ...request(row));
    expect(answer.status).toBe(isAgentsToo ? 200 : 403);
    if (!isAgentsToo) expect((await fieldsOf(answer)).code).toBe('insufficient_scope');
  });

  if (!row.path.includes('/:')) return;

  test('answers another user’s id like an unknown id', async () => {
    await step();
    const [{ id: typeId } = {}] = await listOf(await ann('GET', '/agent-types'));
    const theirs = row.path.startsWith('/agent-types') ? String(typeId) : instance;
    const answers = await Promise.all(
      [theirs, randomUUID()].map((id) => as('bob-dashboard', ...request(row, id))),
    );
    const problems = await Promise.all(answers.map((answer) => fieldsOf(answer)));
    for (const problem of problems) delete problem.request_id;
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    expect(problems[0]).toEqual(problems[1]);
  });

  test('refuses a malformed id', async () => {
    const answer = await ann(...request(row, 'nonsense'));
    expect([answer.status, (await fieldsOf(answer)).code]).toEqual([422, 'invalid_id']);
  });
});
