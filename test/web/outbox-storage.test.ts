import { describe, expect, test } from 'vitest';
import {
  clearOutbox,
  loadOutboxMessages,
  nextSequence,
  removeOutboxMessage,
  saveOutboxMessage,
  type TextStorage,
} from '../../web/src/model/storage/outbox-storage.ts';
import { anOutboxMessage } from './builders.ts';
import { InMemoryStorage } from './in-memory-storage.ts';

const keysIn = (storage: TextStorage, userId: string) =>
  loadOutboxMessages(storage, userId).map(({ idempotencyKey }) => idempotencyKey);

describe('the stored outbox', () => {
  test('returns only the messages of the given user, in the order in which they were written', () => {
    const storage = new InMemoryStorage();
    saveOutboxMessage(
      storage,
      anOutboxMessage({ idempotencyKey: 'b', writtenAt: '2026-01-01T10:00:01.000Z' }),
    );
    saveOutboxMessage(
      storage,
      anOutboxMessage({ idempotencyKey: 'a', writtenAt: '2026-01-01T10:00:00.000Z' }),
    );
    saveOutboxMessage(storage, anOutboxMessage({ idempotencyKey: 'c', userId: 'another user' }));
    expect(keysIn(storage, 'local')).toEqual(['a', 'b']);
  });

  test('no longer returns a removed message, and skips entries that it cannot read', () => {
    const storage = new InMemoryStorage();
    storage.setItem('outbox:broken', '{');
    storage.setItem('draft:one', 'text');
    saveOutboxMessage(storage, anOutboxMessage());
    removeOutboxMessage(storage, 'key');
    expect(loadOutboxMessages(storage, 'local')).toEqual([]);
  });

  test('takes the idempotency key from the entry’s name, because older entries have it only there', () => {
    const storage = new InMemoryStorage();
    const { idempotencyKey: _, ...older } = anOutboxMessage();
    storage.setItem('outbox:older', JSON.stringify(older));
    expect(keysIn(storage, 'local')).toEqual(['older']);
  });

  test('reads a refused answer of an older version of the page, which wrote fewer fields', () => {
    const storage = new InMemoryStorage();
    const { values: _values, form: _form, ...older } = anOutboxMessage();
    const refusal = { code: 'already_answered', detail: 'why', answer: null };
    storage.setItem('outbox:key', JSON.stringify({ ...older, refusal }));
    expect(loadOutboxMessages(storage, 'local')).toEqual([
      anOutboxMessage({ refusal: { ...refusal, outcome: null, errors: [] } }),
    ]);
  });

  test.each([
    ['goes back', ['10:00', '09:00', '08:30']],
    ['jumps', ['10:00', '23:00', '10:01']],
    ['stands still', ['10:00', '10:00', '10:00']],
  ])('keeps the order in which the messages were typed when the clock %s', (_, times) => {
    const storage = new InMemoryStorage();
    for (const [nth, time] of times.entries()) {
      saveOutboxMessage(
        storage,
        anOutboxMessage({
          idempotencyKey: `${'cab'[nth]}`,
          writtenAt: `2026-01-01T${time}:00.000Z`,
          sequence: nextSequence(loadOutboxMessages(storage, 'local')),
        }),
      );
    }
    expect(keysIn(storage, 'local')).toEqual(['c', 'a', 'b']);
  });

  test('deletes only the messages of the user who signs out', () => {
    const storage = new InMemoryStorage();
    saveOutboxMessage(storage, anOutboxMessage({ idempotencyKey: 'a' }));
    saveOutboxMessage(storage, anOutboxMessage({ idempotencyKey: 'b', userId: 'bob' }));
    clearOutbox(storage, 'local');
    expect([keysIn(storage, 'local'), keysIn(storage, 'bob')]).toEqual([[], ['b']]);
  });
});
