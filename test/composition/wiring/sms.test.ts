import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import twilio from 'twilio';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inMemoryStore } from '../../../src/adapters/in-memory/store.ts';
import { MAX_SMS_BYTES, SMS_REPLY_PATH } from '../../../src/adapters/koa/rest/sms-reply-route.ts';
import { aesSecretBox, newSecretKey } from '../../../src/adapters/runtime/aes-secret-box.ts';
import { InProcessSignals } from '../../../src/adapters/signals/in-process-signals.ts';
import { JobRunner } from '../../../src/application/jobs/job-runner.ts';
import { Channels } from '../../../src/application/notifications/channels.ts';
import { openSms } from '../../../src/composition/wiring/sms.ts';
import { createDashboard, type Dashboard } from '../../../src/dashboard.ts';
import { fakeTokens, fieldsOf, LogBook, TestServer } from '../../adapters/koa/test-server.ts';
import { fetchDescribed } from '../../support/fetch-described.ts';
import { ACCOUNT_SID, AUTH_TOKEN, TWILIO_NUMBER, TwilioServer } from '../../support/notify/twilio-server.ts';
import { freePort } from '../../support/postgres/postgres-server.ts';
import { RunningServer } from '../../support/servers/running-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const PUBLIC_URL = 'https://agents.example.com/dashboard';
const ACCOUNT = { accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, from: TWILIO_NUMBER };
const PHONE = '+4915123456789';
const INSTANCE = '0195531a-0c9e-7d1f-8a51-6f0f3f0c2b7e';
const FORM = 'application/x-www-form-urlencoded';

let account: TwilioServer;
let dashboard: Dashboard;
let server: TestServer;
let resources: AsyncDisposableStack;

beforeEach(async () => {
  resources = new AsyncDisposableStack();
  account = resources.use(await TwilioServer.start());
  const logger = new LogBook();
  const { notifier, replies } = await openSms({ ...ACCOUNT, apiUrl: account.url }, PUBLIC_URL, logger);
  dashboard = createDashboard({
    store: inMemoryStore(new InProcessSignals()),
    notifications: {
      channels: new Channels(aesSecretBox(newSecretKey()), [notifier]),
      pageUrl: () => PUBLIC_URL,
    },
  });
  resources.use(await notifier.receive!(dashboard.inbox!));
  resources.use(await JobRunner.start([dashboard.deliveries!], logger));
  server = resources.use(
    await TestServer.start({ ...dashboard, tokens: fakeTokens, publicUrl: PUBLIC_URL, smsReplies: replies }),
  );
  await callAsPerson('POST', '/notification-destinations', { channel: 'sms', settings: { number: PHONE } });
  const rules = await fieldsOf(await callAsPerson('GET', '/notification-rules'));
  await callAsPerson('PUT', '/notification-rules', { ...rules, group_seconds: 0 });
});
afterEach(async () => {
  dashboard.stop();
  expect(account.violations).toEqual([]);
  await resources.disposeAsync();
});

const callAsPerson = (method: string, path: string, body?: object) =>
  server.call(method, path, {
    headers: { authorization: 'Bearer ann-dashboard' },
    ...(body !== undefined && { body }),
  });

/** Asks, and returns the id of the question when its SMS has arrived. */
async function ask(fields: object = {}): Promise<string> {
  const sent = account.messages.length;
  const question = { agent_type: 'codex', content: 'Deploy?', requires_user_input: true, ...fields };
  const body = { agent_instance_id: INSTANCE, ...question };
  const { message_id } = await fieldsOf(await server.call('POST', '/messages/agent', { body }));
  await expect.poll(() => account.messages.length, { timeout: 20_000 }).toBe(sent + 1);
  return `${message_id}`;
}

async function answerTo(questionId: string): Promise<string | null> {
  const read = await callAsPerson('GET', `/agent-instances/${INSTANCE}/messages`);
  const messages = await fieldsOf<{ id: string; content: string; answer_id?: string | null }[]>(read);
  const answerId = messages.find(({ id }) => id === questionId)?.answer_id;
  return messages.find(({ id }) => id === answerId)?.content ?? null;
}

interface Sms {
  readonly from?: string;
  readonly authToken?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly url?: string;
  readonly id?: string;
  /** Where the server listens. */
  readonly to?: string;
}

/** Sends a request as Twilio does, signed by its own library. */
function send(
  Body: string,
  {
    from = PHONE,
    authToken = AUTH_TOKEN,
    headers,
    url = PUBLIC_URL,
    id = `SM${randomUUID().replaceAll('-', '')}`,
    to = server.url,
  }: Sms = {},
) {
  const fields = { MessageSid: id, From: from, To: TWILIO_NUMBER, Body };
  const signature = twilio.getExpectedTwilioSignature(authToken, url + SMS_REPLY_PATH, fields);
  return fetchDescribed(to + SMS_REPLY_PATH, {
    method: 'POST',
    headers: { 'content-type': FORM, 'x-twilio-signature': signature, ...headers },
    body: new URLSearchParams(fields).toString(),
  });
}

test('the process that is started with an account of Twilio and a PUBLIC_URL takes replies', async () => {
  await using folder = await temporaryFolder();
  const port = await freePort();
  await using _process = await RunningServer.start({
    ...{ DATA_DIR: folder.path, PUBLIC_URL, MCP_SERVER_PORT: `${port}` },
    ...{ TWILIO_ACCOUNT_SID: ACCOUNT_SID, TWILIO_AUTH_TOKEN: AUTH_TOKEN, TWILIO_FROM: TWILIO_NUMBER },
  });
  const to = `http://127.0.0.1:${port}`;
  expect(await replyIn(await send('Yes', { to }))).toMatch(/link/);
  expect((await send('Yes', { to, authToken: 'another' })).status).toBe(403);
});

/** Returns the number that answers with this option of the last message. */
const numberOf = (label: string) => new RegExp(`(\\d+) for ${label}\\b`).exec(account.lastMessage.body)![1]!;
const replyIn = async (response: Response) => /<Message>(.*)<\/Message>/.exec(await response.text())?.[1];
const codeOf = async (response: Response) => (await fieldsOf(response)).code;

describe('a reply', () => {
  test('answers the question, and the person is told', async () => {
    const question = await ask({ options: [{ label: 'Yes' }, { label: 'No' }] });
    const response = await send(numberOf('No'));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/xml; charset=utf-8');
    expect(await replyIn(response)).toBe('Answered: No');
    expect(await answerTo(question)).toBe('No');
  });

  test('in words answers, with every character', async () => {
    const question = await ask();
    expect((await send('Ja & nein, 100 % 🙂')).status).toBe(200);
    expect(await answerTo(question)).toBe('Ja & nein, 100 % 🙂');
  });

  test('that comes too late says so', async () => {
    const question = await ask({ options: [{ label: 'Yes' }, { label: 'No' }] });
    await callAsPerson('POST', `/questions/${question}/answer`, { content: 'Yes' });
    const response = await send(numberOf('No'));
    expect(response.status).toBe(200);
    expect(await replyIn(response)).toMatch(/already/);
    expect(await answerTo(question)).toBe('Yes');
  });

  test('that is sent again does nothing', async () => {
    const id = `SM${'1'.repeat(32)}`;
    const question = await ask();
    expect(await replyIn(await send('Yes', { id }))).toBe('Answered: Yes');
    const again = await send('Yes', { id });
    expect([again.status, await again.text()]).toEqual([200, expect.stringContaining('<Response/>')]);
    expect(await answerTo(question)).toBe('Yes');
  });

  test('from another number answers nothing', async () => {
    const question = await ask();
    const response = await send('Yes', { from: '+4915199999999' });
    expect(response.status).toBe(200);
    expect(await replyIn(response)).toMatch(/link/);
    expect(await answerTo(question)).toBeNull();
  });

  test('with a word that Twilio itself handles gets no answer', async () => {
    const question = await ask();
    expect(await (await send('STOP')).text()).toContain('<Response/>');
    expect(await answerTo(question)).toBeNull();
  });
});

describe('a request', () => {
  test('without a signature of Twilio for this address is refused', async () => {
    const question = await ask();
    for (const sms of [
      { authToken: 'another' },
      { url: 'https://other.example.com' },
      { headers: { 'x-twilio-signature': '' } },
      { headers: { 'x-twilio-signature': 'AAAA' } },
    ]) {
      const response = await send('Yes', sms);
      expect(response.status).toBe(403);
      expect(await codeOf(response)).toBe('invalid_signature');
    }
    expect(await answerTo(question)).toBeNull();
  });

  test('with another type, charset or encoding is refused', async () => {
    for (const headers of [
      { 'content-type': 'application/json' },
      { 'content-type': 'text/plain' },
      { 'content-type': `${FORM}; charset=latin1` },
      { 'content-type': '' },
      { 'content-encoding': 'gzip' },
    ] as { [name: string]: string }[]) {
      const response = await send('Yes', { headers });
      expect(response.status, JSON.stringify(headers)).toBe(415);
      expect(await codeOf(response)).toBe('unsupported_media_type');
    }
  });

  test('may name UTF-8 as its charset', async () => {
    await ask();
    const headers = { 'content-type': `${FORM}; charset=UTF-8` };
    expect((await send('Yes', { headers })).status).toBe(200);
  });

  test('of another method is refused', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS']) {
      const response = await fetchDescribed(server.url + SMS_REPLY_PATH, { method });
      expect(response.status, method).toBe(405);
      expect(response.headers.get('allow')).toBe('POST');
    }
  });

  test('that is too large is refused, also if its length is unknown', async () => {
    const body = `Body=${'x'.repeat(MAX_SMS_BYTES)}`;
    for (const headers of [{ 'content-length': String(body.length) }, { 'transfer-encoding': 'chunked' }]) {
      const { status, code } = await sendBytes(Buffer.from(body), headers);
      expect([status, code]).toEqual([413, 'too_large']);
    }
  });

  test('that is not UTF-8 is refused', async () => {
    const { status, code } = await sendBytes(Buffer.from([0x42, 0x3d, 0xff]), {});
    expect([status, code]).toEqual([400, 'invalid_encoding']);
  });

  test('to another host, or from a page of another site, is refused', async () => {
    const { status, code } = await sendBytes(Buffer.from('Body=1'), { host: 'evil.example' });
    expect([status, code]).toEqual([403, 'forbidden_host']);
    const response = await send('Yes', { headers: { origin: 'https://evil.example' } });
    expect(response.status).toBe(403);
    expect(await codeOf(response)).toBe('forbidden_origin');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});

/** Sends what `fetch` refuses to send. */
async function sendBytes(body: Buffer, headers: { readonly [name: string]: string }) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; code: string }>();
  const req = request(server.url + SMS_REPLY_PATH, {
    method: 'POST',
    headers: { 'content-type': FORM, ...headers },
  });
  req.on('error', reject).on('response', async (res) => {
    resolve({ status: res.statusCode!, code: JSON.parse(await textOf(res)).code });
    req.destroy();
  });
  req.end(body);
  return promise;
}

describe('replies arrive only where Twilio reaches the server over https', () => {
  test.each([
    null,
    'http://agents.example.com',
    'https://localhost:8443',
    'https://127.0.0.1:8443',
    'https://[::1]:8443',
  ])('not at %s', async (publicUrl) => {
    expect((await openSms(ACCOUNT, publicUrl, new LogBook())).replies).toBeNull();
  });

  test('without them, the path is like any other that does not exist', async () => {
    await using plain = await TestServer.start();
    const headers = { authorization: 'Bearer ann' };
    const response = await fetch(plain.url + SMS_REPLY_PATH, { method: 'POST', headers });
    expect(await codeOf(response)).toBe('not_found');
  });
});
