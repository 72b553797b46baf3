import { expect, test } from 'vitest';
import { ChangeBatch } from '../../../src/application/live/change-batch.ts';
import type { ChangeEvent } from '../../../src/application/live/change-events.ts';
import type { Seen } from '../../../src/ports/storage/dashboard-queries.ts';

const seen = (position: number, version: number): Seen => ({ position, version });
const message = (position: number): ChangeEvent => ({ type: 'message', data: {}, position });
const UPDATE: ChangeEvent = { type: 'message_update', data: {}, position: null };
const STATUS: ChangeEvent = { type: 'status_update', data: {}, position: null };

const batch = new ChangeBatch(seen(3, 7), seen(5, 9), [message(4), message(5), UPDATE, STATUS]);
const newTo = (position: number, version: number, of = batch) =>
  [...of.eventsAfter(seen(position, version))].map(({ type, id }) => `${type} ${id}`);

test('only the last event of a batch says that everything up to its version has been told', () => {
  expect(batch.events.map(({ id }) => id)).toEqual(['4.7', '5.7', '5.7', '5.9']);
});

test('whoever stands where it begins is told all of it', () => {
  expect(newTo(3, 7)).toHaveLength(4);
});

test('whoever has looked in between is told no message twice, and the rest all the same', () => {
  expect(newTo(4, 8)).toEqual(['message 5.7', 'message_update 5.7', 'status_update 5.9']);
});

test('whoever has seen its end, or more, is told nothing of it', () => {
  expect([newTo(5, 9), newTo(6, 10)]).toEqual([[], []]);
});

test('what time has changed without a new version is told to whoever has not seen a newer one', () => {
  const silence = new ChangeBatch(seen(5, 9), seen(5, 9), [STATUS]);
  expect([newTo(5, 9, silence), newTo(6, 10, silence)]).toEqual([['status_update 5.9'], []]);
});
