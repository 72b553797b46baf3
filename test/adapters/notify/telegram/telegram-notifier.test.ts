import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { codeOfChat } from '../../../../src/adapters/notify/telegram/telegram-code.ts';
import { telegramNotifier } from '../../../../src/adapters/notify/telegram/telegram-notifier.ts';
import type { Notice, Notifier } from '../../../../src/ports/notifier.ts';
import { questionNotice, RecordingLogger, shownOf, stepNotice } from '../../../support/notify/notices.ts';
import { BOT_TOKEN, TelegramServer } from '../../../support/notify/telegram-server.ts';

const SETTINGS = { code: codeOfChat(BOT_TOKEN, 42) };

let server: TelegramServer;
let notifier: Notifier;
const logger = new RecordingLogger();
beforeEach(async () => {
  server = await TelegramServer.start();
  notifier = await telegramNotifier({ token: BOT_TOKEN, apiRoot: server.url, logger });
});
afterEach(async () => {
  expect(server.violations).toEqual([]);
  await server[Symbol.asyncDispose]();
});

const deliver = (notice: Notice, signal = new AbortController().signal) =>
  notifier.deliver(SETTINGS, notice, signal);
const failure = (delivery: Promise<unknown>) =>
  delivery.then(
    () => null,
    (error: unknown) => error,
  );

test('a question has a button for each option, its deadline and the link', async () => {
  const deadline = { at: new Date('2026-11-30T12:30:00Z'), defaultAnswer: 'No' };
  const notice = questionNotice({ deadline });
  const receipt = await deliver(notice);
  const { chat, text, keyboard } = server.lastMessage;
  expect(chat).toBe(42);
  expect(text).toBe(
    'deploy (Claude Code) asks\n\nDeploy to production?\n\n' +
      `Without an answer until 2026-11-30 12:30 UTC, this one counts: No\n\n${notice.url}`,
  );
  expect(keyboard.map(([button]) => button!.text)).toEqual(['Yes', 'No']);
  expect(keyboard.flat().map((button) => button.callback_data)).toEqual(
    notice.question.options.map(({ token }) => token),
  );
  expect(receipt).not.toBeNull();
});

test('a step has no buttons, and is not recalled', async () => {
  expect(await deliver(stepNotice())).toBeNull();
  expect(server.lastMessage.keyboard).toEqual([]);
});

test('only the text of a long notice is cut', async () => {
  const notice = questionNotice({}, { text: '🙂'.repeat(3_000) });
  await deliver(notice);
  expect(server.lastMessage.text).toContain('🙂…');
  expect(server.lastMessage.text.endsWith(notice.url)).toBe(true);
});

test('a recalled question loses its buttons and gets its outcome, also the second time', async () => {
  const receipt = await deliver(questionNotice());
  const recall = { id: 'notice-1', title: 'Deploy?', outcome: 'Answered on the page: Yes' };
  const { signal } = new AbortController();
  for (let times = 1; times <= 2; times += 1) {
    await notifier.recall!(SETTINGS, receipt!, recall, signal);
    expect(server.lastMessage.keyboard).toEqual([]);
    expect(server.lastMessage.text.match(/Answered on the page: Yes/g)).toHaveLength(1);
    expect(server.lastMessage.text).toContain('Deploy to production?');
  }
  server.messages.length = 0;
  await notifier.recall!(SETTINGS, receipt!, recall, signal);
});

test.each([
  ['400 for a chat that does not exist', 400, 'Bad Request: chat not found', /Link it again/],
  ['403 for a person who has blocked the bot', 403, 'Forbidden: bot was blocked by the user', /was blocked/],
])('a delivery fails for good with %s', async (_, error_code, description, message) => {
  server.refusals.set('sendMessage', { error_code, description });
  await expect(deliver(questionNotice())).rejects.toMatchObject({
    ...{ name: 'DeliveryError', isFinal: true, retryAfterMs: null },
    message: expect.stringMatching(message),
  });
});

test('a delivery waits as long as Telegram asks', async () => {
  const refusal = { error_code: 429, description: 'Too Many Requests', parameters: { retry_after: 7 } };
  server.refusals.set('sendMessage', refusal);
  await expect(deliver(questionNotice())).rejects.toMatchObject({ isFinal: false, retryAfterMs: 7_000 });
});

test('a delivery that cannot reach Telegram fails without the token in the error', async () => {
  const unreachable = { token: BOT_TOKEN, apiRoot: 'http://127.0.0.1:1', logger };
  const error = await failure(
    (await telegramNotifier(unreachable)).deliver(SETTINGS, stepNotice(), new AbortController().signal),
  );
  expect(error).toMatchObject({ name: 'DeliveryError', isFinal: false });
  expect(shownOf(error)).not.toContain(BOT_TOKEN);
});

test('a delivery ends when it is aborted', async () => {
  const aborted = AbortSignal.abort();
  await expect(deliver(stepNotice(), aborted)).rejects.toMatchObject({ isFinal: false });
  expect(server.messages).toEqual([]);
});

test('the address shows the end of the chat, and only codes of this bot are taken', () => {
  expect(notifier.addressOf({ code: codeOfChat(BOT_TOKEN, -1001234567) })).toBe('chat …567');
  expect(notifier.addressOf({ code: ` ${SETTINGS.code}\n` })).toBe('chat …42');
  for (const code of ['', '42', codeOfChat('999:other', 42), SETTINGS.code.replace('42', '43')])
    expect(() => notifier.addressOf({ code }), code).toThrow(/code/);
  expect(notifier.secretFields).toEqual(['code']);
});

test('a code of another bot does not deliver', async () => {
  const settings = { code: codeOfChat('999:other', 42) };
  const error = await failure(notifier.deliver(settings, stepNotice(), new AbortController().signal));
  expect(error).toMatchObject({ isFinal: true });
  expect(server.messages).toEqual([]);
});

test('a token that cannot be one is refused at once', async () => {
  await expect(telegramNotifier({ token: 'a/../b', logger })).rejects.toThrow(/looks like/);
});

test('the hint names the bot once it is known', async () => {
  expect(notifier.hint).toContain('the bot of this server');
  const inbox = { answer: vi.fn(), expectAnswer: vi.fn() };
  await using _ = await notifier.receive!(inbox);
  await vi.waitFor(() => expect(notifier.hint).toContain('https://t.me/dashboard_test_bot'));
});
