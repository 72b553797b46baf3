import { describe, expect, test } from 'vitest';
import {
  loadOutboxMessages,
  removeOutboxMessage,
  saveOutboxMessage,
  type TextStorage,
} from '../../web/src/model/outbox-storage.ts';
import { anOutboxMessage } from './builders.ts';

/** Stands in for the browser's storage. */
class InMemoryStorage implements TextStorage {
  readonly #texts = new Map<string, string>();
  get length(): number {
    return this.#texts.size;
  }
  key = (index: number): string | null => [...this.#texts.keys()][index] ?? null;
  getItem = (key: string): string | null => this.#texts.get(key) ?? null;
  setItem = (key: string, text: string): void => void this.#texts.set(key, text);
  removeItem = (key: string): void => void this.#texts.delete(key);
}

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
});
