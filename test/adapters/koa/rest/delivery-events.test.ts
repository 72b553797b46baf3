import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inMemoryStore } from '../../../../src/adapters/in-memory/store.ts';
import { aesSecretBox, newSecretKey } from '../../../../src/adapters/runtime/aes-secret-box.ts';
import { InProcessSignals } from '../../../../src/adapters/signals/in-process-signals.ts';
import { JobRunner } from '../../../../src/application/jobs/job-runner.ts';
import { Channels } from '../../../../src/application/notifications/channels.ts';
import { createDashboard, type Dashboard } from '../../../../src/dashboard.ts';
import { DeliveryError } from '../../../../src/ports/notifier.ts';
import { LiveClient } from '../../../support/live-client.ts';
import { FakeNotifier } from '../../../support/notify/fake-notifier.ts';
import { fakeTokens, fieldsOf, LogBook, TestServer } from '../test-server.ts';

let phone: FakeNotifier;
let mail: FakeNotifier;
let dashboard: Dashboard;
let server: TestServer;
let jobs: JobRunner;
/** How often notifications were read by their ids. */
let reads: number;

beforeEach(async () => {
  [phone, mail] = [new FakeNotifier('fake'), new FakeNotifier('mail', 'email')];
  const store = inMemoryStore(new InProcessSignals());
  const find = store.notifications.find.bind(store.notifications);
  reads = 0;
  store.notifications.find = (...request) => {
    reads += 1;
    return find(...request);
  };
  const channels = new Channels(aesSecretBox(newSecretKey()), [phone, mail]);
  dashboard = createDashboard({ store, notifications: { channels, pageUrl: () => 'http://page' } });
  jobs = await JobRunner.start([dashboard.deliveries!], new LogBook());
  server = await TestServer.start({ ...dashboard, tokens: fakeTokens });
});
afterEach(async () => {
  jobs[Symbol.dispose]();
  dashboard.stop();
  await server[Symbol.asyncDispose]();
});

async function call<Answer = { [name: string]: unknown }>(
  method: string,
  path: string,
  body?: object,
  token = 'ann-dashboard',
): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await server.call(method, path, { headers, ...(body !== undefined && { body }) });
  expect(response.ok).toBe(true);
  return fieldsOf<Answer & object>(response);
}

/** Adds destinations. What is sent to them is sent at once. */
async function addDestinations(...names: readonly string[]): Promise<void> {
  for (const channel of names)
    await call('POST', '/notification-destinations', { channel, settings: { address: 'here' } });
  await call('PUT', '/notification-rules', {
    ...(await call('GET', '/notification-rules')),
    ...{ group_seconds: 0, pause_while_active: false },
  });
}

async function ask(instance: string = randomUUID(), token = 'ann'): Promise<string> {
  const question = { agent_type: 'codex', content: 'Deploy?', requires_user_input: true };
  const sent = await call(
    'POST',
    '/messages/agent',
    { agent_instance_id: instance, ...question, options: [{ label: 'Yes' }] },
    token,
  );
  return `${sent.message_id}`;
}

async function open(path: string, headers = {}, token = 'ann-dashboard'): Promise<LiveClient> {
  const stream = await LiveClient.open(`${server.url}/api/v1${path}`, token, headers);
  await stream.event(({ type }) => type === 'connected');
  return stream;
}

interface Update {
  readonly message_id: string;
  readonly deliveries: readonly { readonly channel: string; readonly status: string }[];
}

/** Returns the statuses that each update says, in order. */
const statuses = (stream: LiveClient) =>
  stream
    .dataOfType('delivery_update')
    .map(({ deliveries }: Update) => deliveries.map(({ status }) => status).join(' '));

const untilStatus = (stream: LiveClient, status: string) =>
  stream.event(
    ({ type, data }) =>
      type === 'delivery_update' &&
      (data as Update).deliveries.some((delivery) => delivery.status === status),
  );

test('a stream says that a question was sent and that it was opened, once each, after the question itself', async () => {
  await addDestinations('fake');
  using stream = await open('/events');
  const instance = randomUUID();
  const question = await ask(instance);
  const { data } = await untilStatus(stream, 'sent');
  const { messages } = await call<{ messages: Update[] }>('GET', `/agent-instances/${instance}`);
  expect(data).toEqual({
    agent_instance_id: instance,
    message_id: question,
    deliveries: messages[0]!.deliveries,
  });
  const token = phone.notices[0]!.question!.options[0]!.token;
  await call('POST', `/answer-links/${token}`);
  await untilStatus(stream, 'opened');
  expect(statuses(stream)).toEqual(['sent', 'opened']);
  const types = stream.events.map(({ type }) => type);
  expect(types.indexOf('message')).toBeLessThan(types.indexOf('delivery_update'));
});

test('the stream of one instance says it, too, and not what is about others', async () => {
  await addDestinations('fake');
  const [instance, other] = [randomUUID(), randomUUID()];
  await call('POST', '/messages/agent', step(instance), 'ann');
  await call('POST', '/messages/agent', step(other), 'ann');
  using stream = await open(`/agent-instances/${instance}/messages/stream`);
  using streamOfOther = await open(`/agent-instances/${other}/messages/stream`);
  const question = await ask(instance);
  expect((await untilStatus(stream, 'sent')).data).toMatchObject({ message_id: question });
  await ask(other);
  await untilStatus(streamOfOther, 'sent');
  expect(statuses(stream)).toEqual(['sent']);
});

const step = (instance: string) => ({
  agent_instance_id: instance,
  agent_type: 'codex',
  content: 'a step',
});

test('a stream says that a delivery waits, and that it was taken back because of an answer', async () => {
  await addDestinations('fake');
  const { rules, ...others } = await call<{ rules: object[] }>('GET', '/notification-rules');
  const later = rules.map((rule) => ({ ...rule, after_seconds: 600 }));
  await call('PUT', '/notification-rules', { ...others, rules: later });
  using stream = await open('/events');
  const question = await ask();
  await untilStatus(stream, 'queued');
  await call('POST', `/questions/${question}/answer`, { content: 'Yes' });
  await untilStatus(stream, 'withdrawn');
  expect(statuses(stream)).toEqual(['queued', 'withdrawn']);
});

test('a stream says that a delivery failed, and why', async () => {
  await addDestinations('fake');
  phone.failures.push(new DeliveryError('There is no such address', { isFinal: true }));
  using stream = await open('/events');
  await ask();
  const { data } = await untilStatus(stream, 'failed');
  expect(data).toMatchObject({ deliveries: [{ status: 'failed', error: 'There is no such address' }] });
  expect(statuses(stream)).toEqual(['failed']);
});

test('a stream that is opened again gets what it has missed', async () => {
  await addDestinations('fake');
  using before = await open('/events');
  await ask();
  const { id } = await untilStatus(before, 'sent');
  const earlier = before.events[before.events.findIndex((event) => event.id === id) - 1]!;
  using after = await open('/events', { 'last-event-id': earlier.id });
  await untilStatus(after, 'sent');
  expect(statuses(after)).toEqual(['sent']);
});

test('the streams of other people say nothing of it', async () => {
  await addDestinations('fake');
  using own = await open('/events');
  using others = await open('/events', {}, 'bob-dashboard');
  await ask();
  await untilStatus(own, 'sent');
  await call('POST', '/messages/agent', step(randomUUID()), 'bob');
  await others.waitForMessage('a step');
  expect(statuses(others)).toEqual([]);
});

test('nothing is read for streams while a user has no destination', async () => {
  using stream = await open('/events');
  await ask();
  await stream.event(({ type }) => type === 'status_update');
  expect(reads).toBe(0);
});

test('streams read once for all of them, and not at all while nobody watches', async () => {
  await addDestinations('fake', 'mail');
  await ask();
  await vi.waitUntil(() => phone.delivered.length + mail.delivered.length === 2, 10_000);
  const readsOfWorker = reads;
  using one = await open('/events');
  using two = await open('/events');
  await ask();
  for (const stream of [one, two])
    await stream.event(
      ({ type, data }) =>
        type === 'delivery_update' &&
        (data as Update).deliveries.every((delivery) => delivery.status === 'sent'),
    );
  expect(statuses(two)).toEqual(statuses(one));
  expect(statuses(one).length).toBeLessThanOrEqual(2);
  expect(reads - readsOfWorker).toBeLessThanOrEqual(readsOfWorker + statuses(one).length);
});
