import { expect, test } from 'vitest';
import { ChangeBatch } from '../../../../src/application/live/events/change-batch.ts';
import type { ChangeEvent } from '../../../../src/application/live/events/change-events.ts';
import type { InstanceProgress } from '../../../../src/ports/storage/dashboard-queries.ts';

const seen = (position: number, version: number): InstanceProgress => ({ position, version });
const message = (position: number): ChangeEvent => ({ type: 'message', data: {}, position });
const UPDATE: ChangeEvent = { type: 'message_update', data: {}, position: null };
const STATUS: ChangeEvent = { type: 'status_update', data: {}, position: null };

const batch = new ChangeBatch(seen(3, 7), seen(5, 9), [message(4), message(5), UPDATE, STATUS]);
const newTo = (position: number, version: number, of = batch) =>
  [...of.eventsAfter(seen(position, version))].map(({ type, id }) => `${type} ${id}`);

test('only the last event of a batch has the new version in its id', () => {
  expect(batch.events.map(({ id }) => id)).toEqual(['4.7', '5.7', '5.7', '5.9']);
});

test('a client at the start of the batch gets all events', () => {
  expect(newTo(3, 7)).toHaveLength(4);
});

test('a client inside the batch gets no message twice, and all other events', () => {
  expect(newTo(4, 8)).toEqual(['message 5.7', 'message_update 5.7', 'status_update 5.9']);
});

test('a client at the end of the batch or beyond gets no events', () => {
  expect([newTo(5, 9), newTo(6, 10)]).toEqual([[], []]);
});

test('a change without a new version goes to every client that has not seen a newer version', () => {
  const silence = new ChangeBatch(seen(5, 9), seen(5, 9), [STATUS]);
  expect([newTo(5, 9, silence), newTo(6, 10, silence)]).toEqual([['status_update 5.9'], []]);
});
