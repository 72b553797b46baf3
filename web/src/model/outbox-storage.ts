import type { OutboxMessage } from './outbox-message.ts';

const PREFIX = 'outbox:';

/** The part of the browser's `Storage` that the outbox needs. */
export type TextStorage = Pick<Storage, 'length' | 'key' | 'getItem' | 'setItem' | 'removeItem'>;

/**
 * Saves a message, so that it survives a reload. Each message has its own entry, so that several tabs do
 * not overwrite each other's messages.
 */
export function saveOutboxMessage(storage: TextStorage, message: OutboxMessage): void {
  storage.setItem(PREFIX + message.idempotencyKey, JSON.stringify(message));
}

export function removeOutboxMessage(storage: TextStorage, idempotencyKey: string): void {
  storage.removeItem(PREFIX + idempotencyKey);
}

/** Returns the user's messages in the order in which they were written. Unreadable entries are skipped. */
export function loadOutboxMessages(storage: TextStorage, userId: string): OutboxMessage[] {
  const messages: OutboxMessage[] = [];
  for (let index = 0; index < storage.length; index += 1) {
    const name = storage.key(index);
    if (name?.startsWith(PREFIX)) {
      messages.push(...parseEntry(name.slice(PREFIX.length), storage.getItem(name)));
    }
  }
  return messages
    .filter((message) => message.userId === userId)
    .sort((one, other) => one.writtenAt.localeCompare(other.writtenAt));
}

/**
 * Takes the key from the entry's name: entries of older versions of the page do not have it in their text.
 */
function parseEntry(idempotencyKey: string, text: string | null): OutboxMessage[] {
  try {
    return text === null ? [] : [{ ...(JSON.parse(text) as OutboxMessage), idempotencyKey }];
  } catch {
    return [];
  }
}
