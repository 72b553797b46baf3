import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../adapters/mcp/mcp-server.ts';
import { startHttpService } from '../support/notify/http-service.ts';
import { linksOf } from '../support/notify/mail-links.ts';
import { type MailServer, startMailServer } from '../support/notify/mail-server.ts';
import { type NtfyServer, startNtfyServer } from '../support/notify/ntfy-server.ts';
import { RunningServer } from '../support/servers/running-server.ts';
import { freshStore, type Store, type StoreKind } from './stores.ts';

const NTFY_TOKEN = 'tk_secret';

interface Destination {
  readonly id: string;
  readonly verified_at: string | null;
}

const SETUPS: [title: string, kind: StoreKind, processes: 1 | 2][] = [
  ['one process with its embedded database', 'PGlite', 1],
  ['two processes on one PostgreSQL', 'PostgreSQL', 2],
];

describe.each(SETUPS)('%s', (_title, kind, processes) => {
  let store: Store;
  let servers: RunningServer[];
  let ntfy: NtfyServer;
  let mail: MailServer;
  let phone: Destination;

  beforeAll(async () => {
    store = await freshStore(kind);
    ntfy = await startNtfyServer('works', { token: NTFY_TOKEN });
    mail = await startMailServer('works');
    const env = { ...store.env, SMTP_URL: mail.url, MAIL_FROM: 'dashboard@example.com' };
    servers = await Promise.all(Array.from({ length: processes }, () => RunningServer.start(env)));
    phone = await add('ntfy', { url: `${ntfy.url}/phone`, token: NTFY_TOKEN });
    await add('email', { address: 'ada@example.com' });
  });
  afterAll(async () => {
    for (const server of servers) await server[Symbol.asyncDispose]();
    for (const resource of [ntfy, mail, store]) await resource[Symbol.asyncDispose]();
  });

  async function callAsPerson<Answer>(method: string, path: string, body?: object, server = servers[0]!) {
    const call = { token: server.dashboardToken, ...(body !== undefined && { body }) };
    return (await (await server.call(method, path, call)).json()) as Answer;
  }

  const add = (channel: string, settings: object) =>
    callAsPerson<Destination>('POST', '/notification-destinations', { channel, settings });

  /** Asks at the last server, which is another one than that with the destinations if there are two. */
  async function send(fields: object): Promise<{ agent_instance_id: string; message_id: string }> {
    const body = { agent_instance_id: randomUUID(), agent_type: 'codex', content: 'Deploy?', ...fields };
    return (await (await servers.at(-1)!.call('POST', '/messages/agent', { body })).json()) as never;
  }

  /** Taps a button as the app of ntfy does. */
  async function tap(label: string, nth = -1): Promise<Response> {
    const action = ntfy.messages.at(nth)!.actions!.find((each) => each.label === label)!;
    const { method = 'POST', headers = {}, body = '' } = action;
    return fetch(action.url, { method, headers, body });
  }

  test('a tap in the test of a destination verifies it', async () => {
    await callAsPerson('POST', `/notification-destinations/${phone.id}/test`);
    await until(() => ntfy.messages.length === 1);
    expect((await tap('I see it')).status).toBe(200);
    const destinations = await callAsPerson<Destination[]>('GET', '/notification-destinations');
    expect(destinations.map(({ verified_at }) => verified_at)).toEqual([expect.any(String), null]);
  });

  test('a question is answered by a tap: the agent gets it with where it was answered, and it is taken back', async () => {
    const sent = ntfy.messages.length;
    const asked = await send({ requires_user_input: true, options: [{ label: 'Yes' }, { label: 'No' }] });
    await until(() => ntfy.messages.length === sent + 1);
    await until(() => mail.mails.length === 1);
    expect((await tap('No')).status).toBe(200);
    expect((await tap('Yes')).status).toBe(409);
    const { agent_instance_id, message_id } = asked;
    const query = new URLSearchParams({ agent_instance_id, last_read_message_id: message_id });
    const read = await servers[0]!.call('GET', `/messages/pending?${query}`);
    expect(await read.json()).toMatchObject({
      messages: [{ content: 'No' }],
      outcomes: [{ question_id: message_id, status: 'answered', values: ['No'], via: 'ntfy' }],
    });
    await until(() => ntfy.messages.at(-1)!.title === 'Answered through ntfy: No');
    // The mailbox has the mail a moment before the server notes that.
    const question = async () => {
      const path = `/agent-instances/${agent_instance_id}`;
      return (await callAsPerson<{ messages: object[] }>('GET', path)).messages[0];
    };
    await expect.poll(question, { timeout: 60_000 }).toMatchObject({
      deliveries: [
        { channel: 'ntfy', status: 'opened' },
        { channel: 'email', status: 'sent' },
      ],
    });
  });

  test('a link in a mail answers only after a confirmation, and once', async () => {
    await send({
      content: 'Which colour?',
      requires_user_input: true,
      options: [{ label: 'Red' }, { label: 'Blue' }],
    });
    await until(() => mail.mails.length === 2);
    const { url } = linksOf(mail.mails[1]!.html!).find(({ label }) => label === 'Red')!;
    const path = `/answer-links/${url.split('/').at(-1)}`;
    const readLink = async () => (await servers[0]!.call('GET', path, { token: null })).json();
    expect(await readLink()).toMatchObject({
      question: { text: 'Which colour?' },
      value: 'Red',
      outcome: null,
    });
    expect(await readLink()).toMatchObject({ outcome: null });
    expect((await servers[0]!.call('POST', path, { token: null })).status).toBe(200);
    expect(await readLink()).toMatchObject({ outcome: 'Answered by e-mail: Red' });
    expect(await (await servers[0]!.call('POST', path, { token: null })).json()).toMatchObject({
      code: 'already_answered',
    });
  });

  test('a step that asks for it reaches the mailbox, and nothing else', async () => {
    const mailed = mail.mails.length;
    await send({ content: 'All tests pass.', send_email: true });
    await until(() => mail.mails.length === mailed + 1);
    expect(mail.mails.at(-1)!.text).toContain('All tests pass.');
    // What is taken back there may arrive meanwhile.
    expect(ntfy.messages.filter(({ message }) => message.includes('All tests pass.'))).toEqual([]);
  });

  test('a program that asked is told the answer once, whichever process got it', async () => {
    await using program = await startHttpService('works', () => ({ status: 200 }));
    const callback_url = `${program.url}/resume`;
    const asked = await send({ content: 'Go on?', requires_user_input: true, callback_url });
    const { message_id, agent_instance_id } = asked;
    await callAsPerson('POST', `/questions/${message_id}/answer`, { content: 'Yes', via: 'page' });
    await expect.poll(() => program.requests.length, { timeout: 60_000 }).toBe(1);
    expect(JSON.parse(program.requests[0]!.body)).toMatchObject({
      ...{ user_message: 'Yes', agent_instance_id, question_id: message_id },
      outcome: { status: 'answered', via: 'page' },
    });
    const path = `/agent-instances/${agent_instance_id}`;
    const deliveries = async () =>
      (await callAsPerson<{ messages: { deliveries: object[] }[] }>('GET', path)).messages[0]!.deliveries;
    await expect
      .poll(deliveries, { timeout: 60_000 })
      .toContainEqual(expect.objectContaining({ channel: 'callback', status: 'sent' }));
  });

  test('no secret of a destination is in the log', () => {
    for (const { process } of servers) {
      expect(process.stdout + process.stderr).not.toContain(NTFY_TOKEN);
      expect(process.stderr).not.toMatch(/"level":(50|60)/);
    }
  });
});
