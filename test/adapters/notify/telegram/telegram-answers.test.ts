import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { codeOfChat } from '../../../../src/adapters/notify/telegram/telegram-code.ts';
import { telegramNotifier } from '../../../../src/adapters/notify/telegram/telegram-notifier.ts';
import type { Notice, Notifier } from '../../../../src/ports/notifier.ts';
import { questionNotice, RecordingInbox, RecordingLogger } from '../../../support/notify/notices.ts';
import { BOT_TOKEN, TelegramServer } from '../../../support/notify/telegram-server.ts';

const SETTINGS = { code: codeOfChat(BOT_TOKEN, 42) };

let server: TelegramServer;
let notifier: Notifier;
let inbox: RecordingInbox;
let logger: RecordingLogger;
let receiving: AsyncDisposable;
beforeEach(async () => {
  server = await TelegramServer.start();
  inbox = new RecordingInbox();
  logger = new RecordingLogger();
  notifier = await newNotifier();
  receiving = await notifier.receive!(inbox);
});
afterEach(async () => {
  await receiving[Symbol.asyncDispose]();
  expect(server.violations).toEqual([]);
  await server[Symbol.asyncDispose]();
});

const newNotifier = (retryMs = 20) =>
  telegramNotifier({ token: BOT_TOKEN, apiRoot: server.url, logger, retryMs });
const deliver = async (notice: Notice) => {
  await notifier.deliver(SETTINGS, notice, new AbortController().signal);
  return server.lastMessage;
};
const tap = (message: TelegramServer['lastMessage'], nth = 0) =>
  server.tap(message, message.keyboard[nth]![0]!);

test('the bot answers /start with a code that the settings take', async () => {
  for (const [chat, text] of [
    [42, '/start'],
    [-1009, '/start@dashboard_test_bot'],
  ] as const) {
    server.chats.set(chat, chat > 0 ? 'private' : 'group');
    const sent = server.messages.length;
    server.say(chat, text);
    await vi.waitFor(() => expect(server.messages.length).toBe(sent + 1));
    const code = /^-?\d+-[\w-]+$/m.exec(server.lastMessage.text)![0];
    expect(server.lastMessage.chat).toBe(chat);
    expect(notifier.addressOf({ code })).toBe(`chat …${String(chat).slice(-3)}`);
  }
});

test('a tap answers with the option, and takes the buttons away', async () => {
  const notice = questionNotice();
  const message = await deliver(notice);
  tap(message, 1);
  await vi.waitFor(() => expect(message.keyboard).toEqual([]));
  expect(inbox.answers).toEqual([{ token: notice.question.options[1]!.token, text: null }]);
  expect(server.toasts).toEqual([{ text: inbox.received.text, isAlert: false }]);
  expect(message.text).toContain(`${notice.url}\n\n${inbox.received.text}`);
});

test('a tap that arrives twice edits the message once, and nobody complains', async () => {
  const message = await deliver(questionNotice());
  const button = message.keyboard[0]![0]!;
  server.tap(message, button);
  server.tap(message, button);
  await vi.waitFor(() => expect(server.pending).toBe(0));
  expect(inbox.answers).toHaveLength(2);
  expect(message.text.split(inbox.received.text)).toHaveLength(2);
  expect(logger.loud).toEqual([]);
});

test('a tap that is not accepted says so, and changes nothing', async () => {
  const message = await deliver(questionNotice());
  const { text } = message;
  inbox.received = { isAccepted: false, text: 'It was answered already: Yes' };
  tap(message);
  await vi.waitFor(() => expect(server.toasts).toEqual([{ text: inbox.received.text, isAlert: true }]));
  expect(message).toMatchObject({ text, keyboard: [expect.anything(), expect.anything()] });
});

test('a tap that fails leaves the buttons for another try', async () => {
  const message = await deliver(questionNotice());
  inbox.before = () => Promise.reject(new Error('The store is gone'));
  tap(message);
  await vi.waitFor(() => expect(server.toasts).toHaveLength(1));
  expect(server.toasts[0]).toMatchObject({ isAlert: true, text: expect.stringMatching(/Try again/) });
  expect(message.keyboard).toHaveLength(2);
  expect(logger.loud).toEqual(['An answer from Telegram could not be given to the agent']);
});

test('the button does not spin while an answer takes long', async () => {
  const message = await deliver(questionNotice());
  const slow = Promise.withResolvers<void>();
  inbox.before = () => slow.promise;
  tap(message);
  await vi.waitFor(() => expect(server.toasts).toEqual([{ text: '', isAlert: false }]), 10_000);
  slow.resolve();
  await vi.waitFor(() => expect(message.keyboard).toEqual([]));
});

test('a reply to the message answers in words', async () => {
  const message = await deliver(questionNotice());
  expect(message.text).toContain('Reply to this message');
  server.say(42, 'Only to staging', message);
  await vi.waitFor(() => expect(inbox.answers).toHaveLength(1));
  expect(inbox.answers).toEqual([{ token: inbox.expected[0]!.token, text: 'Only to staging' }]);
  await vi.waitFor(() => expect(server.lastMessage).toMatchObject({ text: inbox.received.text }));
  expect(server.lastMessage.replyTo).not.toBeNull();
});

test('the token of a reply tells nothing, and differs between messages', async () => {
  await deliver(questionNotice());
  await deliver(questionNotice());
  const tokens = inbox.expected.map(({ token }) => token);
  expect(new Set(tokens).size).toBe(2);
  for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/);
});

test('a reply is offered only where one answers, and while answers are received', async () => {
  expect((await deliver(questionNotice({ takesText: false }))).text).not.toContain('Reply');
  await receiving[Symbol.asyncDispose]();
  expect((await deliver(questionNotice())).text).not.toContain('Reply');
  expect(inbox.expected).toEqual([]);
});

test('a message that cannot expect a reply counts as delivered', async () => {
  inbox.expectAnswer = () => Promise.reject(new Error('The store is gone'));
  await deliver(questionNotice());
  expect(logger.loud).toEqual(['A reply in Telegram will not be recognised']);
});

test('other texts are no answers', async () => {
  server.chats.set(-7, 'group');
  server.say(42, 'Hello');
  await vi.waitFor(() => expect(server.messages).toHaveLength(1));
  expect(server.lastMessage.text).toContain('reply to its message');
  server.say(-7, 'Lunch?');
  await vi.waitFor(() => expect(server.pending).toBe(0));
  expect(server.messages).toHaveLength(1);
  expect(inbox.answers).toEqual([]);
});

test('two processes of a server take turns, and neither complains', async () => {
  await using _ = await (await newNotifier()).receive!(inbox);
  await vi.waitFor(() => expect(server.conflicts).toBeGreaterThanOrEqual(3));
  const message = await deliver(questionNotice());
  tap(message);
  await vi.waitFor(() => expect(message.keyboard).toEqual([]));
  // One that takes over while the other handles an update gets it, too: the first answer counts.
  expect(new Set(inbox.answers.map(({ token }) => token)).size).toBe(1);
  expect(logger.loud).toEqual([]);
});

test('a process that lost to another waits', async () => {
  await using _ = await (await newNotifier(60_000)).receive!(inbox);
  // The second process takes over from the first, which takes over again after 20 ms.
  await vi.waitFor(() => expect(server.conflicts).toBe(2));
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(server.conflicts).toBe(2);
});

test('an outage is logged once, and answers arrive after it', async () => {
  const message = await deliver(questionNotice());
  server.refusesPolls = true;
  server.say(42, 'ends the request that is open');
  const { polls } = server;
  await vi.waitFor(() => expect(server.polls).toBeGreaterThan(polls + 3));
  server.refusesPolls = false;
  tap(message);
  await vi.waitFor(() => expect(message.keyboard).toEqual([]));
  expect(logger.loud).toEqual(['Answers from Telegram cannot be received']);
});

test('closing does not wait for the request that is open', async () => {
  await vi.waitFor(() => expect(server.polls).toBe(1));
  const start = Date.now();
  await receiving[Symbol.asyncDispose]();
  expect(Date.now() - start).toBeLessThan(2_000);
});

test('what was handled is not handled again by the next start', async () => {
  const message = await deliver(questionNotice());
  const slow = Promise.withResolvers<void>();
  inbox.before = () => slow.promise;
  tap(message);
  await vi.waitFor(() => expect(inbox.answers).toHaveLength(1));
  const closing = receiving[Symbol.asyncDispose]();
  slow.resolve();
  await closing;
  expect(server.pending).toBe(0);
});
