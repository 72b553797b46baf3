import type { TextStorage } from './lasting-storage.ts';
import type { OutboxMessage } from './outbox-message.ts';

export type { TextStorage };

const ENTRY_PREFIX = 'outbox:';

/** Returns the name of the entry of a message. */
export const outboxEntryName = (idempotencyKey: string): string => ENTRY_PREFIX + idempotencyKey;

export const isOutboxEntry = (entryName: string): boolean => entryName.startsWith(ENTRY_PREFIX);

/**
 * Saves a message, so that it survives a reload. Each message has its own entry, so that several tabs do
 * not overwrite each other's messages.
 */
export function saveOutboxMessage(storage: TextStorage, message: OutboxMessage): void {
  storage.setItem(outboxEntryName(message.idempotencyKey), JSON.stringify(message));
}

export function removeOutboxMessage(storage: TextStorage, idempotencyKey: string): void {
  storage.removeItem(outboxEntryName(idempotencyKey));
}

/** Returns the user's messages in the order in which they were written. Unreadable entries are skipped. */
export function loadOutboxMessages(storage: TextStorage, userId: string): OutboxMessage[] {
  const messages: OutboxMessage[] = [];
  for (let index = 0; index < storage.length; index += 1) {
    const entryName = storage.key(index);
    if (entryName !== null && isOutboxEntry(entryName)) {
      messages.push(...parseEntry(entryName.slice(ENTRY_PREFIX.length), storage.getItem(entryName)));
    }
  }
  return messages
    .filter((message) => message.userId === userId)
    .sort((one, other) => one.sequence - other.sequence || (one.writtenAt < other.writtenAt ? -1 : 1));
}

/** Returns the place in the order for a message that the user writes now. */
export const nextSequence = (outbox: readonly OutboxMessage[]): number =>
  Math.max(0, ...outbox.map(({ sequence }) => sequence)) + 1;

/** Deletes the user's messages, for other people who may use this browser. */
export function clearOutbox(storage: TextStorage, userId: string): void {
  for (const { idempotencyKey } of loadOutboxMessages(storage, userId))
    removeOutboxMessage(storage, idempotencyKey);
}

/** What older versions of the page did not write. */
const ABSENT_FIELDS = { sequence: 0, values: null, form: null };
const ABSENT_REFUSAL_FIELDS = { outcome: null, errors: [] };

/**
 * Parses one entry of the storage. Older versions of the page wrote fewer fields. The idempotency key is also
 * in the entry's name.
 * @returns the message in a list; an empty list if the entry cannot be read
 */
function parseEntry(idempotencyKey: string, text: string | null): OutboxMessage[] {
  try {
    if (text === null) return [];
    const message: OutboxMessage = { ...ABSENT_FIELDS, ...JSON.parse(text), idempotencyKey };
    const { refusal } = message;
    return [{ ...message, refusal: refusal && { ...ABSENT_REFUSAL_FIELDS, ...refusal } }];
  } catch {
    return [];
  }
}
