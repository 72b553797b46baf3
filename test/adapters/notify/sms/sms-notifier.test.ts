import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type SmsNotifier, smsNotifier } from '../../../../src/adapters/notify/sms/sms-notifier.ts';
import type { Notice } from '../../../../src/ports/notifier.ts';
import {
  questionNotice,
  RecordingInbox,
  RecordingLogger,
  shownOf,
  stepNotice,
} from '../../../support/notify/notices.ts';
import {
  ACCOUNT_SID,
  AUTH_TOKEN,
  TWILIO_NUMBER,
  TwilioServer,
} from '../../../support/notify/twilio-server.ts';

const PHONE = '+4915123456789';
const SETTINGS = { number: '+49 (151) 234-567 89' };
const ACCOUNT = { accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, from: TWILIO_NUMBER };

let server: TwilioServer;
let notifier: SmsNotifier;
let inbox: RecordingInbox;
let logger: RecordingLogger;
beforeEach(async () => {
  server = await TwilioServer.start();
  inbox = new RecordingInbox();
  logger = new RecordingLogger();
  notifier = await newNotifier();
  await notifier.receive!(inbox);
});
afterEach(async () => {
  expect(server.violations).toEqual([]);
  await server[Symbol.asyncDispose]();
});

const newNotifier = (options = {}) =>
  smsNotifier({ ...ACCOUNT, apiUrl: server.url, receivesReplies: true, firstNumber: 1, logger, ...options });
const deliver = (notice: Notice, to = notifier) => to.deliver(SETTINGS, notice, new AbortController().signal);
const reply = (text: string, id: string = randomUUID()) => notifier.receiveSms({ id, from: PHONE, text });
const question = (id: string, options: string[] = ['Yes', 'No']) => questionNotice({ options }, { id });
const last = () => server.lastMessage.body;

test('a question numbers its options and keeps its link', async () => {
  const notice = questionNotice();
  await deliver(notice);
  expect(server.messages).toEqual([
    {
      ...{ to: PHONE, from: TWILIO_NUMBER },
      body: `deploy (Claude Code) asks:\nDeploy to production?\nReply 1 for Yes, 2 for No.\n${notice.url}`,
    },
  ]);
});

test('a long question is at most 320 characters, with its link', async () => {
  const notice = questionNotice({}, { title: 'x'.repeat(120), text: '🙂'.repeat(1_000) });
  await deliver(notice);
  expect(last().length).toBeLessThanOrEqual(320);
  expect(last().endsWith(notice.url)).toBe(true);
  expect(last()).toContain('🙂…');
  expect(last()).toContain('Reply 1 for Yes');
});

test('many options are only behind the link, and their numbers answer nothing', async () => {
  const notice = question(
    'many',
    Array.from({ length: 30 }, (_, nth) => `Option ${nth}`),
  );
  await deliver(notice);
  expect(last()).not.toContain('Reply');
  expect(await reply('1')).toBe(inbox.received.text);
  expect(inbox.answers).toEqual([{ token: notice.question.token, text: '1' }]);
});

test('a number answers with its option', async () => {
  const notice = questionNotice();
  await deliver(notice);
  expect(await reply(' 2 ')).toBe(inbox.received.text);
  expect(inbox.answers).toEqual([{ token: notice.question.options[1]!.token, text: null }]);
});

test('the numbers go on, so that a late reply answers its own question or none', async () => {
  const [first, second] = [question('first'), question('second')];
  await deliver(first);
  await deliver(second);
  expect(last()).toContain('Reply 3 for Yes, 4 for No.');
  await reply('1');
  await reply('4');
  expect(inbox.answers.map(({ token }) => token)).toEqual([
    first.question.options[0]!.token,
    second.question.options[1]!.token,
  ]);
  await deliver(question('third'));
  expect(last()).toContain('Reply 5 for Yes');
});

test('after 99 the numbers begin at 1 again, and what has the same numbers is forgotten', async () => {
  notifier = await newNotifier({ firstNumber: 98 });
  await notifier.receive!(inbox);
  const [before, after, again] = [question('before'), question('after'), question('again', ['Yes'])];
  await deliver(before);
  expect(last()).toContain('Reply 98 for Yes, 99 for No.');
  await deliver(after);
  expect(last()).toContain('Reply 1 for Yes, 2 for No.');
  for (let number = 3; number <= 99; number += 1) {
    await deliver(question(`between-${number}`, ['Yes']));
    await reply(`${number}`);
  }
  await deliver(again);
  expect(last()).toContain('Reply 1 for Yes.');
  expect(await reply('2')).toMatch(/not clear/);
  await reply('1');
  expect(inbox.answers.at(-1)!.token).toBe(again.question.options[0]!.token);
});

test('each process begins at another number, so that a reply of before seldom fits', async () => {
  const numbers = new Set<string>();
  for (let nth = 0; nth < 12; nth += 1) {
    const restarted = await newNotifier({ firstNumber: undefined });
    await restarted.receive!(inbox);
    await deliver(question('first'), restarted);
    numbers.add(/Reply (\d+) for/.exec(last())![1]!);
  }
  // That all twelve are among four numbers has a probability below one in a billion.
  expect(numbers.size).toBeGreaterThan(4);
});

test('an SMS that arrives again answers nothing', async () => {
  await deliver(question('first', []));
  expect(await reply('Use 8080', 'SM-recorded')).toBe(inbox.received.text);
  await deliver(question('second', []));
  expect(await reply('Use 8080', 'SM-recorded')).toBeNull();
  expect(inbox.answers).toHaveLength(1);
});

test('words answer the only question, and are refused while it is not clear which one', async () => {
  const notice = question('first', []);
  await deliver(notice);
  expect(last()).toContain('Reply to answer.');
  await deliver(question('second'));
  expect(await reply('Use 8080')).toMatch(/not clear/);
  expect(inbox.answers).toEqual([]);
  await reply('2');
  await reply('Use 8080');
  expect(inbox.answers.at(-1)).toEqual({ token: notice.question.token, text: 'Use 8080' });
});

test('a number that is no option is not taken as words, unless a number is asked for', async () => {
  await deliver(question('choice'));
  expect(await reply('7')).toMatch(/not clear/);
  expect(inbox.answers).toEqual([]);
  await reply('1');
  await deliver(question('how-many', []));
  await reply('7');
  expect(inbox.answers.at(-1)).toMatchObject({ text: '7' });
});

test('words do not answer a question that takes none', async () => {
  await deliver(questionNotice({ takesText: false }));
  expect(await reply('Maybe')).toMatch(/not clear/);
  expect(inbox.answers).toEqual([]);
});

test('after a restart, words answer what was expected last, and numbers nothing', async () => {
  await deliver(question('first'));
  const expected = inbox.expected[0]!.token;
  expect(expected).toMatch(/^[\w-]{43}$/);
  notifier = await newNotifier();
  await notifier.receive!(inbox);
  expect(await reply('1')).toMatch(/not clear/);
  await reply('Yes');
  expect(inbox.answers).toEqual([{ token: expected, text: 'Yes' }]);
});

test('words with the number of a question answer it while there are several', async () => {
  const [first, second] = [question('first'), question('second', [])];
  await deliver(first);
  await deliver(second);
  expect(last()).toContain('Reply 3 and your answer.');
  await reply('3: Use 8080');
  expect(inbox.answers).toEqual([{ token: second.question.token, text: 'Use 8080' }]);
  await reply('1 but carefully');
  expect(inbox.answers.at(-1)).toEqual({ token: first.question.token, text: '1 but carefully' });
});

test('a question that was answered elsewhere is forgotten by the first reply', async () => {
  await deliver(question('first'));
  inbox.received = { isAccepted: false, text: 'It was answered already: Yes' };
  expect(await reply('1')).toBe('It was answered already: Yes');
  await deliver(question('second'));
  expect(last()).toContain('Reply 3 for Yes');
});

test.each(['STOP', 'stop', 'Cancel', 'HELP', 'end', ''])('%j is no answer', async (text) => {
  await deliver(question('first'));
  expect(await reply(text)).toBeNull();
  expect(inbox.answers).toEqual([]);
});

test('an answer that fails can be tried again', async () => {
  await deliver(question('first'));
  inbox.before = () => Promise.reject(new Error('The store is gone'));
  expect(await reply('1')).toMatch(/Try again/);
  expect(logger.loud).toEqual(['An answer by SMS could not be given to the agent']);
  inbox.before = async () => {};
  expect(await reply('1')).toBe(inbox.received.text);
});

test('no reply is asked for while replies cannot arrive', async () => {
  const deaf = await newNotifier({ receivesReplies: false });
  await deaf.receive!(inbox);
  await deliver(questionNotice(), deaf);
  expect(last()).not.toContain('Reply');
  await deliver(questionNotice(), await newNotifier());
  expect(last()).not.toContain('Reply');
  expect(await deliver(stepNotice())).toBeNull();
  expect(inbox.expected).toEqual([]);
});

test('a messaging service sends in place of a number', async () => {
  const service = `MG${'0'.repeat(32)}`;
  await deliver(stepNotice(), await newNotifier({ from: service }));
  expect(server.lastMessage.from).toBe(service);
});

test.each([
  [21211, /phone number/],
  [21610, /STOP/],
  [21614, /mobile/],
])('a delivery that Twilio refuses with %i fails for good', async (code, message) => {
  server.refusal = { status: 400, code };
  await expect(deliver(questionNotice())).rejects.toMatchObject({
    ...{ name: 'DeliveryError', isFinal: true, retryAfterMs: null },
    message: expect.stringMatching(message),
  });
  server.refusal = null;
  await deliver(questionNotice());
  expect(last()).toContain('Reply 3 for Yes');
});

test('a delivery that may pass later is no final error', async () => {
  server.refusal = { status: 429, code: 20429 };
  await expect(deliver(stepNotice())).rejects.toMatchObject({ name: 'DeliveryError', isFinal: false });
  server.refusal = { status: 400, code: 30001 };
  await expect(deliver(stepNotice())).rejects.toThrow('https://www.twilio.com/docs/errors/30001');
});

test('a delivery that cannot reach Twilio fails without the secret in the error', async () => {
  const unreachable = await newNotifier({ apiUrl: 'http://127.0.0.1:1' });
  const error = await deliver(stepNotice(), unreachable).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'DeliveryError', isFinal: false });
  const credentials = Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64');
  expect(shownOf(error)).not.toContain(AUTH_TOKEN);
  expect(shownOf(error)).not.toContain(credentials);
});

test('the address is the number in E.164', () => {
  expect(notifier.addressOf(SETTINGS)).toBe(PHONE);
  for (const number of ['', '0151 23456789', '+0 151', '+49', 'Ada', '+491512345678901234'])
    expect(() => notifier.addressOf({ number }), number).toThrow(/code of the country/);
});
