import { expect, onTestFinished, test } from 'vitest';
import { guardedHttp } from '../../../../src/adapters/notify/guarded-http/guarded-http.ts';
import { webhookNotifier } from '../../../../src/adapters/notify/webhook/webhook-notifier.ts';
import {
  questionNotice,
  testNotice,
  testOption,
  testRecall,
} from '../../../../src/contracts/notifier/test-notices.ts';
import type { GivenResponse } from '../../../support/notify/http-service.ts';
import { startWebhookReceiver } from '../../../support/notify/webhook-receiver.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const never = new AbortController().signal;
const notifier = webhookNotifier({ send: guardedHttp({ allowPrivateTargets: true }) });

async function openReceiver(accepted?: GivenResponse) {
  const receiver = await startWebhookReceiver('works', secret, accepted);
  onTestFinished(async () => receiver[Symbol.asyncDispose]());
  return { receiver, settings: { url: `${receiver.url}/hook`, secret } };
}

test('a question arrives signed, with everything that a program needs to answer it', async () => {
  const { receiver, settings } = await openReceiver();
  const options = [testOption('Yes'), testOption('No')];
  const deadline = { at: new Date('2026-03-01T13:00:00Z'), defaultAnswer: 'No' };
  const notice = questionNotice({ options, deadline });
  await notifier.deliver(settings, notice, never);
  const { id, title, text, url, agent, question } = notice;
  expect(receiver.events).toEqual([
    {
      id: `${id}.question.${notice.createdAt.getTime()}`,
      type: 'question.asked',
      timestamp: '2026-03-01T12:00:00.123Z',
      data: {
        ...{ id, title, text, url },
        agent: { instance_id: agent!.instanceId, type: 'Codex', name: 'Nightly build' },
        question: {
          id: question!.id,
          options: options.map(({ label, postUrl }) => ({ label, post_url: postUrl })),
          takes_text: true,
          post_url: question!.postUrl,
          deadline: { at: '2026-03-01T13:00:00.000Z', default_answer: 'No' },
        },
      },
    },
  ]);
});

test('the type says what happened', async () => {
  const { receiver, settings } = await openReceiver();
  for (const event of ['step', 'ended', 'test'] as const)
    expect(await notifier.deliver(settings, testNotice({ event }), never)).toBeNull();
  expect(receiver.events.map(({ type }) => type)).toEqual(['step.reported', 'agent.ended', 'test']);
});

test('an instance that ends for a second time is not taken for a repetition', async () => {
  const { receiver, settings } = await openReceiver();
  const end = testNotice({ event: 'ended' });
  await notifier.deliver(settings, end, never);
  await notifier.deliver(settings, { ...end, createdAt: new Date(end.createdAt.getTime() + 1) }, never);
  expect(new Set(receiver.events.map(({ id }) => id)).size).toBe(2);
});

test('a recall says that the question is over, and how', async () => {
  const { receiver, settings } = await openReceiver();
  const notice = questionNotice();
  const receipt = await notifier.deliver(settings, notice, never);
  await notifier.recall!(settings, receipt!, testRecall(notice.id), never);
  expect(receiver.events[1]).toMatchObject({
    id: `${notice.id}.over`,
    type: 'question.over',
    data: { id: notice.id, text: 'Answered on the page: 8081' },
  });
});

test('a signature is made for each attempt, so that a late one is not refused as too old', async () => {
  const { receiver, settings } = await openReceiver();
  await notifier.deliver(settings, testNotice({ createdAt: new Date('2020-01-01') }), never);
  const sentAt = Number(receiver.requests[0]!.headers['webhook-timestamp']);
  expect(Math.abs(Date.now() / 1000 - sentAt)).toBeLessThan(60);
});

test.each([
  [200, undefined],
  [202, undefined],
  [204, undefined],
])('status %i accepts a delivery', async (status) => {
  const { settings } = await openReceiver({ status });
  await notifier.deliver(settings, testNotice(), never);
});

test.each([
  [400, true, 'answered 400 Bad Request'],
  [401, true, 'answered 401 Unauthorized'],
  [404, true, 'answered 404 Not Found'],
  [410, true, 'this address no longer exists'],
  [302, true, 'Redirects are not followed'],
  [408, false, 'answered 408 Request Timeout'],
  [425, false, 'answered 425 Too Early'],
  [429, false, 'answered 429 Too Many Requests'],
  [500, false, 'answered 500 Internal Server Error'],
  [503, false, 'answered 503 Service Unavailable'],
  [599, false, 'answered 599'],
])('status %i is final: %s, and says: %s', async (status, isFinal, text) => {
  const { settings } = await openReceiver({ status });
  await expect(notifier.deliver(settings, testNotice(), never)).rejects.toMatchObject({
    ...{ isFinal, message: expect.stringContaining(text) },
  });
});

const inAMinute = () => new Date(Date.now() + 60_000).toUTCString();

test.each([
  [429, () => '120', 120_000],
  [503, () => '0', 0],
  [503, inAMinute, 60_000],
  [429, () => 'Thu, 01 Jan 1970 00:00:00 GMT', 0],
  [503, () => '99999999999999999999', 86_400_000],
  [429, () => 'soon', null],
  [500, () => '120', null],
])('status %i with Retry-After is heeded', async (status, header, expected) => {
  const { settings } = await openReceiver({ status, headers: { 'retry-after': header() } });
  const error = await notifier.deliver(settings, testNotice(), never).catch((reason) => reason);
  if (expected === null) expect(error.retryAfterMs).toBeNull();
  else expect(Math.abs(error.retryAfterMs - expected)).toBeLessThan(5_000);
});

test.each([
  'whsec_',
  'whsec_c2hvcnQ=',
  'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa!w',
  `whsec_${'A'.repeat(88)}`,
])('%s is not a secret, and is not shown', (given) => {
  const addressOf = () => notifier.addressOf({ url: 'https://example.com/', secret: given });
  expect(addressOf).toThrow('openssl rand -base64 32');
  if (given.length > 'whsec_'.length) expect(addressOf).not.toThrow(given);
});

test('the address is shown without its path, because some have a password there', () => {
  expect(notifier.addressOf({ url: 'https://example.com:8443/hooks/T0KEN?key=1', secret })).toBe(
    'example.com:8443/…',
  );
  expect(notifier.addressOf({ url: 'https://example.com', secret })).toBe('example.com');
});

test('the secret is needed, and never shown again', () => {
  expect(notifier).toMatchObject({ secretFields: ['secret'], settings: { required: ['url', 'secret'] } });
});

test('a receiver that takes too long is given up before the delivery is', async () => {
  const receiver = await startWebhookReceiver('silent', secret);
  onTestFinished(async () => receiver[Symbol.asyncDispose]());
  const hasty = webhookNotifier({ send: guardedHttp({ allowPrivateTargets: true }), timeoutMs: 200 });
  const attempt = hasty.deliver({ url: receiver.url, secret }, testNotice(), never);
  await expect(attempt).rejects.toMatchObject({
    ...{ isFinal: false, message: expect.stringContaining('did not answer in time') },
  });
});
