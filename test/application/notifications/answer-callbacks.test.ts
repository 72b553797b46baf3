import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DeliveryError } from '../../../src/ports/notifier.ts';
import { instanceIdOf, NOW } from '../../support/builders.ts';
import { NotifiedApplication, pass } from './notified-application.ts';

const URL = 'http://workflow/resume/1';

let app: NotifiedApplication;

beforeEach(async () => {
  vi.useFakeTimers({ now: NOW });
  app = new NotifiedApplication();
  await app.start();
});
afterEach(() => {
  app[Symbol.dispose]();
  vi.useRealTimers();
});

const deliveriesOf = async (messageId: string) => {
  const { messages } = await app.call('readAgentInstance', { agent_instance_id: instanceIdOf(1) });
  return (messages as { id: string; deliveries?: object[] }[]).find(({ id }) => id === messageId)?.deliveries;
};

test('the program that asked is told the answer once, also if the person has no destination', async () => {
  const question_id = await app.ask({ callback_url: URL });
  await pass(60);
  expect(app.outcomes).toEqual([]);
  const { id } = await app.call('answerQuestion', { question_id, content: 'yes', via: 'page' });
  await pass(1);
  expect(app.outcomes).toMatchObject([
    {
      url: URL,
      ended: {
        agentInstanceId: instanceIdOf(1),
        outcome: { questionId: question_id, status: 'answered', decidedBy: 'person', via: 'page' },
        answer: { id, text: 'yes' },
      },
    },
  ]);
  await app.step({ content: 'read it' });
  await pass(600);
  expect(app.outcomes).toHaveLength(1);
  expect(await deliveriesOf(question_id)).toMatchObject([{ channel: 'callback', status: 'sent' }]);
});

test.each<[string, string, () => Promise<unknown>]>([
  ['withdrawn', 'taken back', () => app.call('withdrawQuestion', { question_id: questionId })],
  ['closed', 'its agent ended', () => app.call('endSession', { agent_instance_id: instanceIdOf(1) })],
  ['expired', 'its time is over', () => pass(61)],
])('it is told "%s" if the question has no answer because %s', async (status, _, end) => {
  questionId = await app.ask({ callback_url: URL, expires_in_seconds: 60 });
  await end();
  await pass(1);
  expect(app.outcomes).toMatchObject([{ ended: { outcome: { status }, answer: null } }]);
});
let questionId = '';

test('neither quiet hours nor a person who looks at the page hold it back', async () => {
  const destination = await app.add();
  await app.setRules({
    rules: [{ event: 'question', destinations: [destination], after_seconds: 0 }],
    quiet_hours: {
      ...{ time_zone: 'UTC', from: '00:00', to: '00:00', days: [0, 1, 2, 3, 4, 5, 6] },
      urgent_passes: false,
    },
  });
  await app.call('noteActive', {});
  const question_id = await app.ask({ callback_url: URL });
  await app.call('answerQuestion', { question_id, content: 'yes' });
  await pass(1);
  expect(app.outcomes).toHaveLength(1);
  expect(app.phone.notices).toEqual([]);
});

test('a program that cannot be reached is told again later, and the person sees a final failure', async () => {
  app.outcomeFailures.push(new DeliveryError('workflow answered 503'));
  const first = await app.ask({ callback_url: URL });
  await app.call('answerQuestion', { question_id: first, content: 'yes' });
  await pass(1);
  expect(app.outcomes).toEqual([]);
  await pass(5);
  expect(app.outcomes).toHaveLength(1);
  app.outcomeFailures.push(new DeliveryError('workflow answered 404', { isFinal: true }));
  const second = await app.ask({ callback_url: URL, content: 'Again?' });
  await app.call('answerQuestion', { question_id: second, content: 'yes' });
  await pass(600);
  expect(await deliveriesOf(second)).toMatchObject([{ status: 'failed', error: 'workflow answered 404' }]);
});

test('the address may stand in the metadata, where existing programs write it', async () => {
  const question_id = await app.ask({ message_metadata: { webhook_url: URL } });
  await app.call('answerQuestion', { question_id, content: 'no' });
  await pass(1);
  expect(app.outcomes).toMatchObject([{ url: URL, ended: { answer: { text: 'no' } } }]);
});

test('metadata without an address, and a step, tell nobody', async () => {
  const question_id = await app.ask({ message_metadata: { webhook_url: 'call me' } });
  await app.step({ message_metadata: { webhook_url: URL } });
  await app.call('answerQuestion', { question_id, content: 'no' });
  await pass(60);
  expect(app.outcomes).toEqual([]);
});

test('a program is told how the question of a deleted agent ended', async () => {
  await app.ask({ callback_url: URL, expires_in_seconds: 60 });
  await app.call('deleteAgentInstance', { agent_instance_id: instanceIdOf(1) });
  await pass(61);
  expect(app.outcomes).toMatchObject([{ ended: { outcome: { status: 'expired' } } }]);
});

test.each([
  [{ callback_url: 'ftp://workflow/x' }, 'callback_url'],
  [{ callback_url: 'http://user:pass@workflow/x' }, 'callback_url'],
  [{ callback_url: `http://workflow/${'x'.repeat(2000)}` }, 'callback_url'],
  [{ callback_url: URL, requires_user_input: false }, 'callback_url'],
])('%j is refused', async (fields, path) => {
  await expect(app.ask(fields)).rejects.toMatchObject({
    code: 'invalid_input',
    issues: [{ path }],
  });
});
