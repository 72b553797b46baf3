import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { guardedHttp } from '../../../../src/adapters/notify/guarded-http/guarded-http.ts';
import { newVapidKeys, webPushNotifier } from '../../../../src/adapters/notify/web-push/web-push-notifier.ts';
import { DeliveryError, type Notice, type NoticeQuestion } from '../../../../src/ports/notifier.ts';
import { newBrowserKeys } from '../../../support/notify/decrypt-push.ts';
import { PushService } from '../../../support/notify/push-service.ts';

const vapid = { ...newVapidKeys(), subject: 'mailto:operator@example.com' };
const send = guardedHttp({ allowPrivateTargets: true });
const notifier = webPushNotifier({ vapid, send });
const signal = new AbortController().signal;

const option = (label: string) => ({
  ...{ label, token: `token-of-${label}`.padEnd(43, 'x') },
  postUrl: `https://dashboard.example/api/v1/answer-links/${label}`,
  pageUrl: `https://dashboard.example/#/answer/${label}`,
});

const question = (fields: Partial<NoticeQuestion> = {}): NoticeQuestion => ({
  ...{
    id: 'question-1',
    options: [option('Yes'), option('No')],
    takesText: true,
    token: 'text'.padEnd(43, 'x'),
    postUrl: 'https://dashboard.example/api/v1/answer-links/text',
    pageUrl: 'https://dashboard.example/#/answer/text',
  },
  deadline: null,
  ...fields,
});

const notice = (fields: Partial<Notice> = {}): Notice => ({
  ...{ id: '0193-1', event: 'question', title: 'Claude asks', text: 'Delete the old table?' },
  url: 'https://dashboard.example/agents/#/instances/i-1',
  agent: { instanceId: 'i-1', type: 'claude-code', name: null },
  question: question(),
  createdAt: new Date(0),
  ...fields,
});

let service: PushService;
beforeEach(async () => {
  service = await PushService.start();
});
afterEach(() => service[Symbol.asyncDispose]());

const settings = () => ({ subscription: service.subscription });
const deliver = (fields: Partial<Notice> = {}) => notifier.deliver(settings(), notice(fields), signal);

describe('a notice', () => {
  test('reaches the browser encrypted, and signed by this server', async () => {
    await deliver();
    const [push] = service.received;
    expect(push!.message).toEqual({
      ...{ tag: 'question-1', title: 'Claude asks', body: 'Delete the old table?', isOver: false },
      hash: '#/instances/i-1',
      options: [
        { label: 'Yes', token: option('Yes').token },
        { label: 'No', token: option('No').token },
      ],
    });
    expect(push).toMatchObject({ vapidKey: notifier.publicKey, claims: { sub: vapid.subject } });
    expect(push!.headers).toMatchObject({ urgency: 'high', 'content-encoding': 'aes128gcm' });
  });

  test('is kept for a day, or until the deadline of the question', async () => {
    await deliver();
    await deliver({
      question: question({ deadline: { at: new Date(Date.now() + 90_000), defaultAnswer: null } }),
    });
    await deliver({ question: question({ deadline: { at: new Date(0), defaultAnswer: null } }) });
    const seconds = service.received.map(({ headers }) => Number(headers.ttl));
    expect(seconds[0]).toBe(86_400);
    expect(seconds[1]).toBeGreaterThan(60);
    expect(seconds[1]).toBeLessThanOrEqual(90);
    expect(seconds[2]).toBe(1);
  });

  test('of a step does not wake a phone that saves energy', async () => {
    expect(await deliver({ event: 'step', question: null })).toBeNull();
    expect(service.received[0]!.headers.urgency).toBe('normal');
  });

  test('replaces itself when it is delivered again, and no other one', async () => {
    await deliver();
    await deliver();
    await deliver({ id: '0193-2' });
    const [first, second, other] = service.received.map(({ headers }) => headers.topic);
    expect(first).toMatch(/^[\w-]{1,32}$/);
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });

  test('names its answers if they are more than the browser has buttons for', async () => {
    const deadline = { at: new Date('2026-12-24T18:30:00Z'), defaultAnswer: 'Blue' };
    await deliver({ question: question({ options: ['Red', 'Green', 'Blue'].map(option), deadline }) });
    const { message } = service.received[0]!;
    expect(message.options).toEqual([]);
    expect(message.body).toBe(
      'Delete the old table?\nAnswers: Red, Green, Blue\n' +
        'Without an answer until 2026-12-24 18:30 UTC, this one counts: Blue',
    );
  });

  test('with a long text fits into one push message, with its buttons', async () => {
    const labels = ['見'.repeat(100), '"'.repeat(100)];
    await deliver({
      text: '\u{1F469}\u{200D}\u{1F4BB}'.repeat(400),
      question: question({ options: labels.map(option) }),
    });
    const { bytes, message } = service.received[0]!;
    expect(bytes).toBeLessThanOrEqual(4096);
    expect(bytes).toBeGreaterThan(3000);
    expect(message.body).toMatch(/^(?:\u{1F469}\u{200D}\u{1F4BB})+…$/u);
    expect(message.options).toHaveLength(2);
  });

  test('with answers that do not fit has no buttons', async () => {
    await deliver({ question: question({ options: [option('見'.repeat(1400)), option('No')] }) });
    expect(service.received[0]).toMatchObject({ message: { title: 'Claude asks', options: [] } });
  });
});

describe('what is over', () => {
  const recall = { id: '0193-1', title: 'Delete the old table?', outcome: 'Answered on the page: Yes' };

  test('changes the notification with the same tag, and replaces it where it was not shown yet', async () => {
    const receipt = await deliver();
    await notifier.recall!(settings(), JSON.parse(JSON.stringify(receipt)), recall, signal);
    const [delivered, recalled] = service.received;
    expect(recalled!.message).toEqual({
      ...{ tag: 'question-1', isOver: true, options: [], hash: '#/instances/i-1' },
      ...{ title: 'Answered on the page: Yes', body: 'Delete the old table?' },
    });
    expect(recalled!.headers).toMatchObject({ topic: delivered!.headers.topic, urgency: 'normal' });
  });

  test('names no single outcome if several notices were joined', async () => {
    const receipt = await deliver({ event: 'several', question: null, id: 'first-of-three' });
    await notifier.recall!(settings(), receipt!, recall, signal);
    expect(service.received[1]!.message).toMatchObject({
      ...{ tag: 'first-of-three', title: 'Nothing of this waits for you any more' },
    });
  });

  test('needs no recall in a browser that has ended its subscription', async () => {
    const receipt = await deliver();
    service.response = { status: 410 };
    await notifier.recall!(settings(), receipt!, recall, signal);
    service.response = { status: 503 };
    await expect(notifier.recall!(settings(), receipt!, recall, signal)).rejects.toThrow(DeliveryError);
  });
});

describe('a push service that refuses', () => {
  test.each([
    [404, true, /has ended its subscription/],
    [410, true, /has ended its subscription/],
    [403, true, /does not accept the key of this server/],
    [413, true, /answered 413/],
    [301, true, /answered 301/],
    [500, false, /answered 500/],
  ])('with status %i', async (status, isFinal, message) => {
    service.response = { status, headers: { location: '/elsewhere' } };
    await expect(deliver()).rejects.toMatchObject({
      ...{ name: 'DeliveryError', isFinal, retryAfterMs: null, message: expect.stringMatching(message) },
    });
    expect(service.received).toHaveLength(1);
  });

  test('is asked again when it says so', async () => {
    service.response = { status: 429, headers: { 'retry-after': '120' } };
    await expect(deliver()).rejects.toMatchObject({ isFinal: false, retryAfterMs: 120_000 });
    service.response = {
      status: 429,
      headers: { 'retry-after': new Date(Date.now() + 60_000).toUTCString() },
    };
    const error = (await deliver().catch((err: unknown) => err)) as DeliveryError;
    expect(error.retryAfterMs).toBeGreaterThan(50_000);
  });

  test('is not blamed if it cannot be reached', async () => {
    const unreachable = settings();
    await service[Symbol.asyncDispose]();
    await expect(notifier.deliver(unreachable, notice(), signal)).rejects.toMatchObject({
      ...{ name: 'DeliveryError', isFinal: false },
      message: expect.stringMatching(/^127\.0\.0\.1:\d+: Nothing listens/),
    });
  });
});

describe('the address', () => {
  const { p256dh, auth } = newBrowserKeys();
  const addressOf = (endpoint: string, keys: object = {}, of = notifier) =>
    of.addressOf({ subscription: JSON.stringify({ endpoint, keys: { p256dh, auth, ...keys } }) });

  test.each([
    ['https://fcm.googleapis.com/fcm/send/secret', 'Chrome push service (fcm.googleapis.com)'],
    ['https://updates.push.services.mozilla.com/wpush/v2/secret', /^Firefox push service/],
    ['https://web.push.apple.com/secret', 'Apple push service (web.push.apple.com)'],
    ['https://wns2-par02p.notify.windows.com/w/?token=secret', /^Edge push service/],
    ['https://push.example/secret', 'Push service (push.example)'],
  ])('of %s names the service, and not the secret', (endpoint, expected) => {
    const address = addressOf(endpoint);
    if (typeof expected === 'string') expect(address).toBe(expected);
    else expect(address).toMatch(expected);
    expect(address).not.toContain('secret');
  });

  test.each([
    ['no JSON', () => notifier.addressOf({ subscription: 'no JSON' })],
    ['null', () => notifier.addressOf({ subscription: 'null' })],
    ['no address', () => addressOf('here')],
    ['a file', () => addressOf('file:///etc/passwd')],
    ['a key that is no point of the curve', () => addressOf('https://a.example', { p256dh: 'A'.repeat(87) })],
    ['a short secret', () => addressOf('https://a.example', { auth: 'AAAA' })],
    ['no keys', () => addressOf('https://a.example', { p256dh: undefined })],
  ])('is refused if it is %s', (_, read) => {
    expect(read).toThrow(DeliveryError);
  });

  test('in a private network is called only if this server allows that', async () => {
    const guarded = webPushNotifier({ vapid, send: guardedHttp({ allowPrivateTargets: false }) });
    await expect(guarded.deliver(settings(), notice(), signal)).rejects.toMatchObject({
      ...{ isFinal: true, message: expect.stringContaining('private network') },
    });
    expect(service.received).toEqual([]);
  });
});
