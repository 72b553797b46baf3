import type { TextStorage } from './lasting-storage.ts';

/** Drafts have the user in their names, because several people may use one browser. */
const prefixOf = (userId: string): string => `draft:${encodeURIComponent(userId)}:`;

/** Returns the name of the entry of the text that a user has typed for an instance and not sent. */
export const draftEntryName = (userId: string, instanceId: string): string => prefixOf(userId) + instanceId;

/** Deletes the user's drafts, for other people who may use this browser. */
export function clearDrafts(storage: TextStorage, userId: string): void {
  const names = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
  for (const name of names) if (name.startsWith(prefixOf(userId))) storage.removeItem(name);
}
