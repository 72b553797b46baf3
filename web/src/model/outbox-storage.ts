import type { OutboxMessage } from './outbox-message.ts';

/** `signOut` in `store/session/signed-in-user.ts` deletes the entries that start with this. */
const ENTRY_PREFIX = 'outbox:';

/** The part of the browser's `Storage` that the outbox needs. */
export type TextStorage = Pick<Storage, 'length' | 'key' | 'getItem' | 'setItem' | 'removeItem'>;

/**
 * Saves a message, so that it survives a reload. Each message has its own entry, so that several tabs do
 * not overwrite each other's messages.
 */
export function saveOutboxMessage(storage: TextStorage, message: OutboxMessage): void {
  storage.setItem(ENTRY_PREFIX + message.idempotencyKey, JSON.stringify(message));
}

export function removeOutboxMessage(storage: TextStorage, idempotencyKey: string): void {
  storage.removeItem(ENTRY_PREFIX + idempotencyKey);
}

/** Returns the user's messages in the order in which they were written. Unreadable entries are skipped. */
export function loadOutboxMessages(storage: TextStorage, userId: string): OutboxMessage[] {
  const messages: OutboxMessage[] = [];
  for (let index = 0; index < storage.length; index += 1) {
    const entryName = storage.key(index);
    if (entryName?.startsWith(ENTRY_PREFIX)) {
      messages.push(...parseEntry(entryName.slice(ENTRY_PREFIX.length), storage.getItem(entryName)));
    }
  }
  return messages
    .filter((message) => message.userId === userId)
    .sort((one, other) => one.writtenAt.localeCompare(other.writtenAt));
}

/**
 * Parses one entry of the storage. Takes the idempotency key from the entry's name, because older versions
 * of the page did not write it into the entry's text.
 * @returns the message in a list; an empty list if the entry cannot be read
 */
function parseEntry(idempotencyKey: string, text: string | null): OutboxMessage[] {
  try {
    return text === null ? [] : [{ ...(JSON.parse(text) as OutboxMessage), idempotencyKey }];
  } catch {
    return [];
  }
}
