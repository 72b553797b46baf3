import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fieldsOf, TestServer } from '../test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

async function send(path: string, body: object): Promise<{ [field: string]: unknown }> {
  const answer = await server.call('POST', path, { body });
  return { httpStatus: answer.status, ...(await fieldsOf(answer)) };
}

/** Posts a step in a new instance, and returns its ids. */
async function started() {
  const agent_instance_id = randomUUID();
  const answer = await send('/messages/agent', { agent_instance_id, agent_type: 'codex', content: 'hi' });
  return { agent_instance_id, last_read_message_id: String(answer.message_id) };
}

const TRUE_FORMS = [true, 1, 1.0, '1', 'true', 'True', 'TRUE', 't', 'T', 'yes', 'Yes', 'y', 'on', 'ON'];
const FALSE_FORMS = [false, 0, '0', 'false', 'False', 'f', 'no', 'NO', 'n', 'off', null];

describe('true and false in the forms that Python clients send', () => {
  test.each(TRUE_FORMS)('requires_user_input: %j asks a question', async (requires_user_input) => {
    const { agent_instance_id } = await started();
    const asked = await send('/messages/agent', { agent_instance_id, content: 'Go?', requires_user_input });
    expect(asked).toMatchObject({ httpStatus: 200 });
    const again = await server.call('PATCH', `/messages/${String(asked.message_id)}/request-input`);
    expect(await fieldsOf(again)).toMatchObject({ status: 400, code: 'already_requires_user_input' });
  });

  test.each(FALSE_FORMS)('requires_user_input: %j reports a step', async (requires_user_input) => {
    const { agent_instance_id } = await started();
    const step = await send('/messages/agent', { agent_instance_id, content: 'x', requires_user_input });
    const later = await server.call('PATCH', `/messages/${String(step.message_id)}/request-input`);
    expect(later.status).toBe(200);
  });

  test.each([...TRUE_FORMS, ...FALSE_FORMS])('send_push, send_email and send_sms take %j', async (flag) => {
    const { agent_instance_id } = await started();
    const flags = { send_push: flag, send_email: flag, send_sms: flag };
    expect(await send('/messages/agent', { agent_instance_id, content: 'x', ...flags })).toMatchObject({
      httpStatus: 200,
    });
  });

  test.each([
    [TRUE_FORMS, true],
    [FALSE_FORMS.filter((form) => form !== null), false],
  ])('mark_as_read: %j', async (forms, marked_as_read) => {
    const { agent_instance_id } = await started();
    for (const mark_as_read of forms) {
      const body = { agent_instance_id, content: 'x', mark_as_read };
      expect(await send('/messages/user', body)).toMatchObject({ httpStatus: 200, marked_as_read });
    }
  });

  test.each(['true', '1', 'false', '0'])('on_lease=%s in a query', async (on_lease) => {
    const query = new URLSearchParams({ ...(await started()), on_lease });
    expect((await server.call('GET', `/messages/pending?${query}`)).status).toBe(200);
  });

  test.each(['1e-7', '1.5E-3', '0.25', '0'])('wait=%s in a query', async (wait) => {
    const query = new URLSearchParams({ ...(await started()), wait });
    expect((await server.call('GET', `/messages/pending?${query}`)).status).toBe(200);
  });

  test('a text that means neither is refused', async () => {
    const query = new URLSearchParams({ ...(await started()), on_lease: 'maybe' });
    const answer = await server.call('GET', `/messages/pending?${query}`);
    expect(await fieldsOf(answer)).toMatchObject({ status: 422, errors: [{ path: 'on_lease' }] });
  });
});

describe('an empty text in an optional field counts as absent', () => {
  test.each(['', ' ', null])('agent_type: %j on an existing instance', async (agent_type) => {
    const { agent_instance_id } = await started();
    const answer = await send('/messages/agent', { agent_instance_id, content: 'x', agent_type });
    expect(answer).toMatchObject({ httpStatus: 200, agent_instance_id });
  });

  test.each(['', ' ', null])(
    'agent_type: %j on a new instance is the 400 of a missing type',
    async (agent_type) => {
      const body = { agent_instance_id: randomUUID(), content: 'x', agent_type };
      expect(await send('/messages/agent', body)).toMatchObject({
        httpStatus: 400,
        detail: 'agent_type is required when creating new instance',
      });
      expect(await send('/agent-instances', { agent_type })).toMatchObject({
        httpStatus: 422,
        errors: [{ path: 'agent_type' }],
      });
    },
  );

  test.each(['name', 'transport'])('%s of a new instance', async (field) => {
    const created = await send('/agent-instances', { agent_type: 'codex', [field]: '' });
    expect(created).toMatchObject({ httpStatus: 201, name: null });
  });

  test('last_read_message_id in a body', async () => {
    const { agent_instance_id } = await started();
    const pending = await send('/messages/pending', { agent_instance_id, last_read_message_id: '' });
    expect(pending).toEqual(await send('/messages/pending', { agent_instance_id }));
  });

  test.each([
    'last_read_message_id=',
    'last_read_message_id=%20',
    'wait=',
    'wait=&last_read_message_id=',
    'x=',
  ])('GET /messages/pending with %s', async (query) => {
    const { agent_instance_id } = await started();
    const path = `/messages/pending?agent_instance_id=${agent_instance_id}`;
    const [empty, absent] = await Promise.all([
      server.call('GET', `${path}&${query}`),
      server.call('GET', path),
    ]);
    expect(empty.status).toBe(200);
    expect(await fieldsOf(empty)).toEqual(await fieldsOf(absent));
  });

  test.each([
    ['/agent-instances', 'limit=&cursor=&status=&agent_type='],
    ['/agent-instances/:id', 'message_limit=&before_message_id='],
    ['/agent-instances/:id/messages', 'limit=&before_message_id='],
  ])('GET %s?%s', async (path, query) => {
    const { agent_instance_id } = await started();
    const headers = { authorization: 'Bearer ann-dashboard' };
    const answer = await server.call('GET', `${path.replace(':id', agent_instance_id)}?${query}`, {
      headers,
    });
    expect(answer.status).toBe(200);
  });

  test('but not where its absence would allow more: a key limited to the instance ""', async () => {
    const body = { name: 'x', scope: 'agent', agent_instance_id: '' };
    const headers = { authorization: 'Bearer ann-dashboard' };
    const answer = await server.call('POST', '/api-keys', { body, headers });
    expect(await fieldsOf(answer)).toMatchObject({ status: 422, errors: [{ path: 'agent_instance_id' }] });
  });
});

test.each([
  ['upper case', (id: string) => id.toUpperCase()],
  ['no hyphens', (id: string) => id.replaceAll('-', '')],
  ['both', (id: string) => id.replaceAll('-', '').toUpperCase()],
])('an id in another form (%s) is the same id', async (_name, write) => {
  const { agent_instance_id, last_read_message_id } = await started();
  const body = {
    agent_instance_id: write(agent_instance_id),
    last_read_message_id: write(last_read_message_id),
  };
  expect(await send('/messages/pending', body)).toMatchObject({ agent_instance_id, status: 'ok' });
});
