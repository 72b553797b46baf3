import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { instanceIdOf, NOW } from '../../support/builders.ts';
import { ada, NotifiedApplication, pass } from './notified-application.ts';

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

/** Adds a destination and a rule that tells it of silence. */
async function watchSilence(after_seconds = 0): Promise<void> {
  const id = await app.add();
  await app.setRules({ rules: [{ event: 'silent', destinations: [id], after_seconds }] });
}
const told = () => app.phone.notices.map(({ event, title }) => `${event}: ${title}`);

test('an agent that was not heard of for five minutes is told once, until it is silent again', async () => {
  await watchSilence();
  await app.step();
  await pass(299);
  expect(told()).toEqual([]);
  await pass(60);
  expect(told()).toEqual(['silent: codex is silent']);
  expect(app.phone.notices[0]!.text).toContain('last heard of at 20');
  await pass(3600);
  expect(told()).toHaveLength(1);
  await app.step();
  await pass(360);
  expect(told()).toHaveLength(2);
});

test('an agent that waits, or has ended, is not silent', async () => {
  await watchSilence();
  await app.ask();
  await app.step({}, 2);
  await app.call('endSession', { agent_instance_id: instanceIdOf(2) });
  await app.step({}, 3);
  using _waits = app.dashboard.waits.begin({
    userId: ada.userId,
    agentInstanceId: instanceIdOf(3),
  });
  await pass(3600);
  expect(told()).toEqual([]);
});

test('what the agent ends by a sign of life before it is due is not told', async () => {
  await watchSilence(120);
  await app.step();
  await pass(330);
  await app.step();
  await pass(120);
  expect(told()).toEqual([]);
  expect(await app.statuses()).toEqual(['fake withdrawn']);
});

test('silence of more than a day is not told to somebody who has just asked for it', async () => {
  await app.step();
  await pass(2 * 86_400);
  await watchSilence();
  await pass(600);
  expect(told()).toEqual([]);
});

test('while nobody asks for it, a process that is alone does not look', async () => {
  const findSilent = vi.spyOn(app.store.notifications, 'findSilent');
  await app.step();
  await app.add();
  await pass(1);
  findSilent.mockClear();
  await pass(86_400);
  expect(findSilent).not.toHaveBeenCalled();
});

test('an agent that could not finish is told by a rule about that, or about the end', async () => {
  const [phone, mail] = [await app.add(), await app.add('mail')];
  await app.setRules({
    rules: [
      { event: 'failed', destinations: [phone], after_seconds: 0 },
      { event: 'ended', destinations: [mail], after_seconds: 0 },
    ],
  });
  await app.step();
  await app.call('endSession', { agent_instance_id: instanceIdOf(1), failure: 'The disk is full' });
  await pass(5);
  for (const channel of [app.phone, app.mail])
    expect(channel.notices).toMatchObject([
      { event: 'failed', title: 'codex could not finish', text: 'The disk is full' },
    ]);
  await app.step({}, 2);
  await app.call('endSession', { agent_instance_id: instanceIdOf(2) });
  await pass(5);
  expect(app.phone.notices).toHaveLength(1);
  expect(app.mail.notices).toHaveLength(2);
});
