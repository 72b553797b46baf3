import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  LIMITS_OF_PEOPLE,
  LIMITS_OF_PROGRAMS,
} from '../../../src/application/notifications/delivery/delivery-limits.ts';
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

const question = {
  ...{ agent_instance_id: instanceIdOf(1), agent_type: 'codex' },
  ...{ content: 'Mine?', requires_user_input: true },
};
const PER_MINUTE = LIMITS_OF_PEOPLE.within[0]!.deliveries;

test('what an agent in a loop sends over the limit waits for the next minute, and is one notice then', async () => {
  await app.add();
  await app.setRules({ group_seconds: 0 });
  for (let nth = 0; nth < PER_MINUTE * 2; nth += 1) {
    await app.step({ content: `step ${nth}`, send_push: true });
    await pass(0.5);
  }
  expect(app.phone.notices).toHaveLength(PER_MINUTE);
  await pass(60);
  expect(app.phone.notices).toHaveLength(PER_MINUTE + 1);
  expect(app.phone.notices.at(-1)).toMatchObject({
    event: 'several',
    title: `${PER_MINUTE} messages from your agents`,
  });
});

test('what is over is taken back at once, although nothing more may be sent', async () => {
  await app.add();
  await app.setRules({ group_seconds: 0 });
  for (let nth = 0; nth < PER_MINUTE; nth += 1) {
    await app.ask({ content: `${nth}?` });
    await pass(0.5);
  }
  expect(app.phone.notices).toHaveLength(PER_MINUTE);
  await app.call('endSession', { agent_instance_id: instanceIdOf(1) });
  await pass(10);
  expect(app.phone.recalled).toHaveLength(PER_MINUTE);
});

test('the limit of one destination is not that of another one', async () => {
  await app.add();
  await app.add('mail');
  await app.setRules({ group_seconds: 0 });
  for (let nth = 0; nth < PER_MINUTE + 5; nth += 1) {
    await app.step({ content: `step ${nth}`, send_push: true });
    await pass(0.5);
  }
  await app.step({ content: 'urgent', send_email: true });
  await pass(1);
  expect(app.phone.notices).toHaveLength(PER_MINUTE);
  expect(app.mail.notices).toHaveLength(1);
});

test('a question that ended while it waited for the limit is not sent', async () => {
  await app.add();
  await app.setRules({ group_seconds: 0 });
  for (let nth = 0; nth < PER_MINUTE; nth += 1) {
    await app.step({ content: `step ${nth}`, send_push: true });
    await pass(0.5);
  }
  await app.ask({ send_push: true }, 2);
  await pass(1);
  await app.call('endSession', { agent_instance_id: instanceIdOf(2) });
  await pass(120);
  expect(app.phone.notices.every(({ event }) => event === 'step')).toBe(true);
});

test('tests have the same limit', async () => {
  const destination_id = await app.add();
  for (let nth = 0; nth < PER_MINUTE * 2; nth += 1)
    await app.call('testNotificationDestination', { destination_id });
  await pass(30);
  expect(app.phone.notices).toHaveLength(PER_MINUTE);
});

const eve = { ...ada, userId: 'eve' as typeof ada.userId };

test('one user with more than is read at once does not keep another one waiting', async () => {
  app.phone.beforeAccepting = () => new Promise(() => {});
  await app.add('fake', 'slow');
  await app.setRules({ group_seconds: 0 });
  for (let nth = 0; nth < 3_000; nth += 1)
    await app.step({ content: `step ${nth}`, send_push: true }, (nth % 20) + 1);
  await pass(5);
  await app.add('hook', 'there', eve);
  await app.call('sendAgentMessage', question, eve);
  await pass(8);
  expect(app.hook.notices).toMatchObject([{ event: 'question', text: 'Mine?' }]);
});

test('what a program does not let take back holds up nobody else', async () => {
  await app.add('hook');
  const { promise: forEver, resolve } = Promise.withResolvers<void>();
  for (let nth = 0; nth < 150; nth += 1) await app.ask({ content: `${nth}?` }, (nth % 20) + 1);
  await pass(20);
  expect(app.hook.notices).toHaveLength(150);
  let waiting = 0;
  app.hook.beforeRecalling = () => {
    waiting += 1;
    return forEver;
  };
  for (let nth = 1; nth <= 20; nth += 1)
    await app.call('endSession', { agent_instance_id: instanceIdOf(nth) });
  await pass(10);
  expect(waiting).toBe(LIMITS_OF_PROGRAMS.running);
  resolve();
  await pass(60);
  expect(app.hook.recalled).toHaveLength(150);
});

test('a program that does not respond holds up what it gets, and not what others get', async () => {
  const { promise: forEver, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  app.hook.beforeAccepting = () => {
    waiting += 1;
    return forEver;
  };
  await app.add('hook');
  for (let nth = 0; nth < LIMITS_OF_PROGRAMS.running * 3; nth += 1) await app.ask({ content: `${nth}?` });
  await pass(5);
  await app.add();
  await pass(10);
  await app.step({ content: 'urgent', send_push: true });
  await pass(5);
  expect(app.phone.notices).toHaveLength(1);
  expect(waiting).toBe(LIMITS_OF_PROGRAMS.running);
  resolve();
  await pass(120);
  expect(app.hook.notices.length).toBeGreaterThanOrEqual(LIMITS_OF_PROGRAMS.running * 3);
});
