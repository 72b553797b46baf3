import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DeliveryError } from '../../../src/ports/notifier.ts';
import { NOW } from '../../support/builders.ts';
import { NotifiedApplication, pass } from './notified-application.ts';

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

const read = async () => {
  const { destinations } = await app.call('listNotificationDestinations', {});
  return (destinations as readonly { [field: string]: unknown }[])[0]!;
};

test('other settings tell when they were set, and nothing of what was known about the old ones', async () => {
  const id = await app.add();
  const { created_at } = await read();
  expect(await read()).toMatchObject({ changed_at: created_at });
  app.phone.failures.push(new DeliveryError('gone', { isFinal: true }));
  await app.call('testNotificationDestination', { destination_id: id });
  await pass(60);
  expect(await read()).toMatchObject({ failing_since: expect.any(String), last_error: 'gone' });
  const change = { destination_id: id, settings: { address: 'there' } };
  const changed = await app.call('changeNotificationDestination', change);
  expect(changed).toMatchObject({
    ...{ created_at, changed_at: new Date().toISOString() },
    ...{ verified_at: null, failing_since: null, last_error: null },
  });
  expect(changed.changed_at).not.toBe(created_at);
});

test('another name leaves that as it is', async () => {
  const id = await app.add();
  const before = await read();
  await pass(60);
  await app.call('changeNotificationDestination', { destination_id: id, name: 'Tablet' });
  expect(await read()).toEqual({ ...before, name: 'Tablet' });
});

test('a tap on what was sent to the address of before says nothing about the present one', async () => {
  const id = await app.add();
  await app.call('testNotificationDestination', { destination_id: id });
  await pass(5);
  const [before] = app.phone.notices[0]!.question!.options;
  await app.call('changeNotificationDestination', { destination_id: id, settings: { address: 'there' } });
  await app.dashboard.inbox!.answer(before!.token, null);
  expect(await read()).toMatchObject({ verified_at: null });
  await app.call('testNotificationDestination', { destination_id: id });
  await pass(5);
  await app.dashboard.inbox!.answer(app.phone.notices[1]!.question!.options[0]!.token, null);
  expect(await read()).toMatchObject({ verified_at: expect.any(String) });
});
