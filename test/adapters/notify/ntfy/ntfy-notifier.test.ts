import { expect, onTestFinished, test } from 'vitest';
import { guardedHttp } from '../../../../src/adapters/notify/guarded-http/guarded-http.ts';
import { ntfyNotifier } from '../../../../src/adapters/notify/ntfy/ntfy-notifier.ts';
import { topicOf } from '../../../../src/adapters/notify/ntfy/topic.ts';
import {
  questionNotice,
  testNotice,
  testOption,
  testRecall,
} from '../../../../src/contracts/notifier/test-notices.ts';
import { DeliveryError } from '../../../../src/ports/notifier.ts';
import { startHttpService } from '../../../support/notify/http-service.ts';
import { type NtfyVersion, startNtfyServer } from '../../../support/notify/ntfy-server.ts';

const token = 'tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2';
const never = new AbortController().signal;
const notifier = ntfyNotifier({ send: guardedHttp({ allowPrivateTargets: true }) });

async function openServer(version: NtfyVersion = '2.16') {
  const server = await startNtfyServer('works', { version, token });
  onTestFinished(async () => server[Symbol.asyncDispose]());
  return { server, settings: { url: `${server.url}/my-topic`, token } };
}

test('each button of a question answers with a POST, and then takes the notification away', async () => {
  const { server, settings } = await openServer();
  const options = [testOption('8080'), testOption('8081')];
  const notice = questionNotice({ options });
  await notifier.deliver(settings, notice, never);
  expect(server.messages).toEqual([
    {
      ...{ id: 'message0', topic: 'my-topic', sequence_id: notice.id, priority: 4, tags: ['question'] },
      ...{ title: notice.title, message: notice.text, click: notice.url },
      actions: options.map(({ label, postUrl }) => ({
        ...{ action: 'http', label, url: postUrl, method: 'POST', body: '{}', clear: true },
        headers: { 'Content-Type': 'application/json' },
      })),
    },
  ]);
});

test('what three buttons cannot answer gets one button, which opens the page', async () => {
  const { server, settings } = await openServer();
  const notices = [
    questionNotice({ options: ['a', 'b', 'c', 'd'].map(testOption) }),
    questionNotice({ takesText: false }),
    questionNotice(),
    testNotice(),
  ];
  for (const notice of notices) await notifier.deliver(settings, notice, never);
  expect(server.messages.map(({ actions }) => actions)).toEqual(
    [
      { label: 'Answer', url: notices[0]!.question!.pageUrl },
      // A form needs the page of the conversation.
      { label: 'Answer', url: notices[1]!.url },
      { label: 'Answer', url: notices[2]!.question!.pageUrl },
      { label: 'Open', url: notices[3]!.url },
    ].map((action) => [{ action: 'view', ...action, clear: true }]),
  );
  expect(server.messages[0]!.message).toContain('• a\n• b\n• c\n• d');
});

test('a notice without a text has its title as the message, because ntfy shows an empty one as: triggered', async () => {
  const { server, settings } = await openServer();
  await notifier.deliver(settings, testNotice({ event: 'ended', title: 'Codex has ended', text: '' }), never);
  expect(server.messages).toMatchObject([{ message: 'Codex has ended', tags: ['checkered_flag'] }]);
  expect(server.messages[0]).not.toHaveProperty('title');
});

test('a text that grows in JSON is cut until the server takes it', async () => {
  const { server, settings } = await openServer();
  await notifier.deliver(settings, testNotice({ text: '"'.repeat(4096) }), never);
  expect(server.messages[0]!.message).toMatch(/^"{3500,}…$/);
});

test('a recall replaces the notification by the outcome, without a sound and without buttons', async () => {
  const { server, settings } = await openServer();
  const notice = questionNotice({ options: [testOption('8081')] });
  const receipt = await notifier.deliver(settings, notice, never);
  await notifier.recall!(settings, receipt!, testRecall(notice.id), never);
  expect(server.messages[1]).toEqual({
    ...{ id: 'message1', topic: 'my-topic', sequence_id: notice.id, priority: 1, tags: ['white_check_mark'] },
    ...{ title: 'Answered on the page: 8081', message: 'Which port should the server use?' },
  });
});

test('a server that cannot replace messages delivers, and nothing is taken back there', async () => {
  const { server, settings } = await openServer('2.13');
  expect(await notifier.deliver(settings, questionNotice(), never)).toBeNull();
  expect(server.messages).toHaveLength(1);
});

test('a response that is no JSON does not make the delivery fail', async () => {
  const service = await startHttpService('works', () => ({ status: 200, body: 'ok' }));
  onTestFinished(async () => service[Symbol.asyncDispose]());
  expect(await notifier.deliver({ url: `${service.url}/my-topic` }, testNotice(), never)).toBeNull();
  expect(service.requests[0]!.headers).not.toHaveProperty('authorization');
});

test.each([
  [401, 'Check the access token', true],
  [403, 'Check the access token', true],
  [404, 'does not seem to be an ntfy server', true],
  [413, 'Payload Too Large', true],
  [307, 'Redirects are not followed', true],
  [429, 'Too Many Requests', false],
  [507, 'Insufficient Storage', false],
])('status %i says: %s', async (status, text, isFinal) => {
  const service = await startHttpService('works', () => ({ status }));
  onTestFinished(async () => service[Symbol.asyncDispose]());
  const attempt = notifier.deliver({ url: `${service.url}/my-topic` }, testNotice(), never);
  await expect(attempt).rejects.toMatchObject({ message: expect.stringContaining(text), isFinal });
  await expect(attempt).rejects.not.toMatchObject({ message: expect.stringContaining('my-topic') });
});

test.each([
  ['https://ntfy.sh/my-secret-topic', 'ntfy.sh/my-•••'],
  ['https://ntfy.sh/my-secret-topic/', 'ntfy.sh/my-•••'],
  ['http://pi.local:8090/ntfy/alerts', 'pi.local:8090/ntfy/ale•••'],
])('%s is shown as %s', (url, address) => {
  expect(notifier.addressOf({ url })).toBe(address);
});

test.each([
  'https://ntfy.sh',
  'https://ntfy.sh/',
  'https://ntfy.sh/a%20b',
  `https://ntfy.sh/${'a'.repeat(65)}`,
])('%s is not the address of a topic', (url) => {
  expect(() => notifier.addressOf({ url })).toThrow('has to end with the name of the topic');
});

test.each([
  'https://ntfy.sh//mytopic',
  'https://ntfy.sh//[/mytopic',
  'http://ntfy.sh//127.0.0.1:19160/t',
  'https://ntfy.sh/\\evil.example/t',
  'https://ntfy.sh//user:pass@evil.example/t',
  'https://ntfy.sh/ntfy//t',
])('%s is refused, because its path looks like another host', (url) => {
  expect(() => notifier.addressOf({ url })).toThrow(DeliveryError);
  expect(() => notifier.addressOf({ url })).toThrow('must not have // ');
});

test('a query and a fragment are no part of the address of the server', () => {
  const { server, name } = topicOf('http://ntfy.sh/behind/my-topic?x=//evil.example#//evil.example');
  expect([server.href, name]).toEqual(['http://ntfy.sh/behind/', 'my-topic']);
});

test.each(['tk_a\r\nx-evil: 1', 'tk_a\n', 'tk_a\u0000', 'tk a', 'tk_ä', 'tk_🙂'])(
  'the access token %j is refused when it is added, because no header can have it',
  (token) => {
    const url = 'https://ntfy.sh/my-topic';
    expect(() => notifier.addressOf({ url, token })).toThrow(DeliveryError);
    expect(notifier.addressOf({ url, token: 'tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2' })).toBe('ntfy.sh/my-•••');
  },
);

test('the address of the topic is needed, and the token is never shown again', () => {
  expect(notifier).toMatchObject({ secretFields: ['token'], settings: { required: ['url'] } });
});
