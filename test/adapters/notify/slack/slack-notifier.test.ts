import { afterEach, beforeEach, expect, test } from 'vitest';
import { slackNotifier } from '../../../../src/adapters/notify/slack/slack-notifier.ts';
import type { Notice, Notifier } from '../../../../src/ports/notifier.ts';
import { questionNotice, RecordingLogger, shownOf, stepNotice } from '../../../support/notify/notices.ts';
import { SLACK_APP_TOKEN, SLACK_BOT_TOKEN, SlackServer } from '../../../support/notify/slack-server.ts';

const SETTINGS = { channel: 'C0123456789' };
const TOKENS = { botToken: SLACK_BOT_TOKEN, appToken: SLACK_APP_TOKEN };

let server: SlackServer;
let notifier: Notifier;
let logger: RecordingLogger;
beforeEach(async () => {
  server = await SlackServer.start();
  logger = new RecordingLogger();
  notifier = await slackNotifier({ ...TOKENS, apiUrl: server.apiUrl, logger });
});
afterEach(async () => {
  expect(server.violations).toEqual([]);
  await server[Symbol.asyncDispose]();
});

const deliver = (notice: Notice, settings = SETTINGS, signal = new AbortController().signal) =>
  notifier.deliver(settings, notice, signal);
const blocksOf = (type: string) => server.lastMessage.blocks.filter((block) => block.type === type);
const shown = () => JSON.stringify(server.lastMessage.blocks);

test('a question has a button for each option, its deadline and the link', async () => {
  const deadline = { at: new Date('2026-11-30T12:30:00Z'), defaultAnswer: 'No' };
  const notice = questionNotice({ deadline });
  await deliver(notice);
  const [buttons] = blocksOf('actions');
  expect(buttons!.elements!.map(({ value, text }) => [value, (text as { text: string }).text])).toEqual(
    notice.question.options.map(({ token, label }) => [token, label]),
  );
  expect(blocksOf('header')[0]!.text!.text).toBe(notice.title);
  expect(shown()).toContain('Without an answer until 2026-11-30 12:30 UTC, this one counts: No');
  expect(shown()).toContain(`<${notice.url}|Open Agent Dashboard>`);
  expect(server.lastMessage.text).toBe('deploy (Claude Code) asks\n\nDeploy to production?');
});

test('a message to a person is recalled in the conversation that Slack chose', async () => {
  const receipt = await deliver(questionNotice(), { channel: 'U0123456789' });
  expect(receipt).toMatchObject({ channel: 'D0000000042' });
  const recall = { id: 'notice-1', title: 'Deploy?', outcome: 'Answered on the page: Yes' };
  for (let times = 1; times <= 2; times += 1) {
    await notifier.recall!(SETTINGS, receipt!, recall, new AbortController().signal);
    expect(blocksOf('actions')).toEqual([]);
    expect(shown()).toContain('Deploy to production?');
    expect(shown().match(/Answered on the page: Yes/g)).toHaveLength(1);
  }
  server.messages.length = 0;
  await notifier.recall!(SETTINGS, receipt!, recall, new AbortController().signal);
});

test('more options than a block takes are in several, and long labels are cut', async () => {
  const options = Array.from({ length: 30 }, (_, nth) => `${nth} ${'🙂'.repeat(50)}`);
  await deliver(questionNotice({ options }));
  expect(blocksOf('actions').map(({ elements }) => elements!.length)).toEqual([25, 5]);
});

test('a long text is cut', async () => {
  await deliver(questionNotice({}, { text: '🙂'.repeat(3_000) }));
  expect(blocksOf('section')[0]!.text!.text.length).toBeLessThanOrEqual(3_000);
});

test('what agents write mentions nobody and is no markup', async () => {
  const text = '<!channel> <@U042> a < b && *bold* <https://evil.example|Open Agent Dashboard>';
  await deliver(questionNotice({}, { text }));
  expect(server.lastMessage.text).toContain('&lt;!channel&gt; &lt;@U042&gt; a &lt; b &amp;&amp;');
  expect(blocksOf('section')[0]!.text).toEqual({ type: 'plain_text', text, emoji: false });
});

test('a step has no buttons, and is not recalled', async () => {
  expect(await deliver(stepNotice())).toBeNull();
  expect(blocksOf('actions')).toEqual([]);
});

test.each([
  ['channel_not_found', /does not know this channel/],
  ['not_in_channel', /Invite it/],
  ['is_archived', /archived/],
  ['invalid_auth', /bot token/],
])('a delivery that Slack refuses with %s fails for good', async (error, message) => {
  server.errors.set('chat.postMessage', error);
  await expect(deliver(questionNotice())).rejects.toMatchObject({
    ...{ name: 'DeliveryError', isFinal: true, retryAfterMs: null },
    message: expect.stringMatching(message),
  });
});

test('an error that may pass is named', async () => {
  server.errors.set('chat.postMessage', 'internal_error');
  await expect(deliver(stepNotice())).rejects.toMatchObject({
    ...{ name: 'DeliveryError', isFinal: false, message: 'Slack refuses the message: internal_error' },
  });
});

test('a delivery waits as long as Slack asks, and does not try again by itself', async () => {
  server.rateLimits.set('chat.postMessage', 7);
  await expect(deliver(questionNotice())).rejects.toMatchObject({ isFinal: false, retryAfterMs: 7_000 });
});

test('a delivery that cannot reach Slack fails without the token in the error or the log', async () => {
  const unreachable = await slackNotifier({ ...TOKENS, apiUrl: 'http://127.0.0.1:1/api/', logger });
  const delivery = unreachable.deliver(SETTINGS, stepNotice(), new AbortController().signal);
  const error = await delivery.catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'DeliveryError', isFinal: false });
  expect(shownOf(error) + JSON.stringify(logger.lines)).not.toContain(SLACK_BOT_TOKEN);
});

test('a delivery ends when it is aborted', async () => {
  const delivery = deliver(stepNotice(), SETTINGS, AbortSignal.abort());
  await expect(delivery).rejects.toMatchObject({ isFinal: false });
  expect(server.messages).toEqual([]);
});

test('the address is an id', () => {
  expect(notifier.addressOf({ channel: ' C0123456789\n' })).toBe('C0123456789');
  expect(notifier.addressOf({ channel: 'U0123456789' })).toBe('U0123456789');
  for (const channel of ['', '#general', 'general', '@ada', 'X0123456789'])
    expect(() => notifier.addressOf({ channel }), channel).toThrow(/id of a channel/);
});

test('tokens of another kind are refused at once', async () => {
  await expect(slackNotifier({ ...TOKENS, botToken: SLACK_APP_TOKEN, logger })).rejects.toThrow(/xoxb-/);
  await expect(slackNotifier({ ...TOKENS, appToken: SLACK_BOT_TOKEN, logger })).rejects.toThrow(/xapp-/);
});
