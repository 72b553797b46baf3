import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { slackNotifier } from '../../../../src/adapters/notify/slack/slack-notifier.ts';
import type { Notice, Notifier } from '../../../../src/ports/notifier.ts';
import { questionNotice, RecordingInbox, RecordingLogger } from '../../../support/notify/notices.ts';
import { SLACK_APP_TOKEN, SLACK_BOT_TOKEN, SlackServer } from '../../../support/notify/slack-server.ts';

let server: SlackServer;
let notifier: Notifier;
let inbox: RecordingInbox;
let logger: RecordingLogger;
let receiving: AsyncDisposable;
beforeEach(async () => {
  server = await SlackServer.start();
  inbox = new RecordingInbox();
  logger = new RecordingLogger();
  const tokens = { botToken: SLACK_BOT_TOKEN, appToken: SLACK_APP_TOKEN };
  notifier = await slackNotifier({ ...tokens, apiUrl: server.apiUrl, logger, retryMs: 50 });
  receiving = await notifier.receive!(inbox);
  await vi.waitFor(() => expect(server.connections).toBe(1));
});
afterEach(async () => {
  await receiving[Symbol.asyncDispose]();
  expect(server.violations).toEqual([]);
  await server[Symbol.asyncDispose]();
});

const deliver = async (notice: Notice) => {
  await notifier.deliver({ channel: 'C0123456789' }, notice, new AbortController().signal);
  return server.lastMessage;
};
const blocksOf = (message: SlackServer['lastMessage'], type: string) =>
  message.blocks.filter((block) => block.type === type);

test('a click answers with the option, and takes the buttons away', async () => {
  const notice = questionNotice();
  const message = await deliver(notice);
  server.click(message, notice.question.options[1]!.token);
  await vi.waitFor(() => expect(blocksOf(message, 'actions')).toEqual([]));
  expect(inbox.answers).toEqual([{ token: notice.question.options[1]!.token, text: null }]);
  expect(message.blocks.at(-1)!.text).toMatchObject({ type: 'plain_text', text: inbox.received.text });
  expect(message.blocks[1]!.text!.text).toBe('Deploy to production?');
});

test('a click is acknowledged before it is answered', async () => {
  const notice = questionNotice();
  const slow = Promise.withResolvers<void>();
  inbox.before = () => slow.promise;
  const message = await deliver(notice);
  server.click(message, notice.question.options[0]!.token);
  await vi.waitFor(() => expect(inbox.answers).toHaveLength(1));
  await vi.waitFor(() => expect(server.unacknowledged).toBe(0));
  expect(blocksOf(message, 'actions')).toHaveLength(1);
  slow.resolve();
  await vi.waitFor(() => expect(blocksOf(message, 'actions')).toEqual([]));
});

test('a click that is not accepted tells only who clicked', async () => {
  const notice = questionNotice();
  const message = await deliver(notice);
  inbox.received = { isAccepted: false, text: 'It was answered already: Yes' };
  server.click(message, notice.question.options[0]!.token, 'U077');
  await vi.waitFor(() => expect(server.lastMessage).toMatchObject({ onlyFor: 'U077' }));
  expect(server.lastMessage.text).toBe('It was answered already: Yes');
  expect(blocksOf(message, 'actions')).toHaveLength(1);
});

test('a click that fails says so, and leaves the buttons for another try', async () => {
  const notice = questionNotice();
  const message = await deliver(notice);
  inbox.before = () => Promise.reject(new Error('The store is gone'));
  server.click(message, notice.question.options[0]!.token);
  await vi.waitFor(() => expect(server.lastMessage.text).toMatch(/Try again/));
  expect(blocksOf(message, 'actions')).toHaveLength(1);
  expect(logger.loud).toEqual(['An answer from Slack could not be given to the agent']);
});

test('a reply in the thread answers in words', async () => {
  const message = await deliver(questionNotice());
  expect(JSON.stringify(message.blocks)).toContain('Reply in the thread');
  server.reply(message, 'Use <https://a.example|this> &amp; a &lt; b');
  await vi.waitFor(() => expect(server.messages).toHaveLength(2));
  expect(inbox.answers).toEqual([{ token: inbox.expected[0]!.token, text: 'Use this & a < b' }]);
  expect(inbox.expected[0]!.token).toMatch(/^[\w-]{43}$/);
  expect(server.lastMessage).toMatchObject({ threadTs: message.ts, text: inbox.received.text });
});

test('a reply that is not accepted tells only who wrote it', async () => {
  const message = await deliver(questionNotice());
  inbox.received = { isAccepted: false, text: 'It was answered already: Yes' };
  server.reply(message, 'No');
  await vi.waitFor(() => expect(server.messages).toHaveLength(2));
  expect(server.lastMessage).toMatchObject({ onlyFor: 'U042', threadTs: message.ts });
});

test('other messages are no answers', async () => {
  const message = await deliver(questionNotice());
  server.say('C0123456789', 'Lunch?');
  server.reply(message, 'in a thread of another person', { parent_user_id: 'U099' });
  server.reply(message, 'of the bot itself', { bot_id: 'B01' });
  server.reply(message, 'edited', { subtype: 'message_changed' });
  server.reply(message, 'Yes');
  await vi.waitFor(() => expect(inbox.answers).toHaveLength(1));
  await vi.waitFor(() => expect(server.unacknowledged).toBe(0));
  expect(inbox.answers).toEqual([{ token: inbox.expected[0]!.token, text: 'Yes' }]);
});

test('a reply is offered only where one answers, and while answers are received', async () => {
  const fixed = await deliver(questionNotice({ takesText: false }));
  expect(JSON.stringify(fixed.blocks)).not.toContain('Reply');
  await receiving[Symbol.asyncDispose]();
  expect(JSON.stringify((await deliver(questionNotice())).blocks)).not.toContain('Reply');
  expect(inbox.expected).toEqual([]);
});

test('a message that cannot expect a reply counts as delivered', async () => {
  inbox.expectAnswer = () => Promise.reject(new Error('The store is gone'));
  await deliver(questionNotice());
  expect(logger.loud).toEqual(['A reply in Slack will not be recognised']);
});

test('answers arrive after Slack has asked to connect again', async () => {
  const notice = questionNotice();
  const message = await deliver(notice);
  server.refresh();
  await vi.waitFor(() => expect(server.connections).toBe(0));
  await vi.waitFor(() => expect(server.connections).toBe(1));
  server.click(message, notice.question.options[0]!.token);
  await vi.waitFor(() => expect(inbox.answers).toHaveLength(1));
  expect(logger.loud).toEqual([]);
});

test('a token that is revoked is logged once, and stops nothing', async () => {
  server.errors.set('apps.connections.open', 'invalid_auth');
  server.refresh();
  await vi.waitFor(() => expect(logger.loud).toEqual(['Answers from Slack cannot be received']));
  await new Promise((resolve) => setTimeout(resolve, 200));
  server.errors.clear();
  await vi.waitFor(() => expect(server.connections).toBe(1));
  expect(logger.loud).toHaveLength(1);
});

test('closing ends the connection at once', async () => {
  const start = Date.now();
  await receiving[Symbol.asyncDispose]();
  expect(Date.now() - start).toBeLessThan(2_000);
  await vi.waitFor(() => expect(server.connections).toBe(0));
});

test('closing while it connects leaves no connection', async () => {
  const second = await notifier.receive!(inbox);
  const start = Date.now();
  await second[Symbol.asyncDispose]();
  expect(Date.now() - start).toBeLessThan(2_000);
  await vi.waitFor(() => expect(server.connections).toBe(1));
});

test('closing does not wait for a connection that cannot be made', async () => {
  server.errors.set('apps.connections.open', 'invalid_auth');
  server.refresh();
  await vi.waitFor(() => expect(server.connections).toBe(0));
  const start = Date.now();
  await receiving[Symbol.asyncDispose]();
  expect(Date.now() - start).toBeLessThan(2_000);
});
