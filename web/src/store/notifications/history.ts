import { signal } from '@preact/signals';
import type { Notification } from '../../model/wire.ts';
import { request } from '../../server/request.ts';

/** How many are known: those that the page shows, and older ones with the last tests of destinations. */
const KNOWN_COUNT = 100;
/** How many are read again while the page is open. Older ones hardly change. */
const REREAD_COUNT = 20;

/** The last notifications, the newest first. Null: not loaded yet. */
export const notifications = signal<readonly Notification[] | null>(null);

export async function loadNotifications(): Promise<void> {
  const count = notifications.value === null ? KNOWN_COUNT : REREAD_COUNT;
  const read = await request<Notification[]>('GET', `/notifications?limit=${count}`);
  notifications.value = withRead(notifications.value ?? [], read);
}

/** Shows a test that was sent just now, until the list is loaded again. */
export function noteTest(test: Notification): void {
  notifications.value = withRead(notifications.value ?? [], [test]);
}

/** Puts what was read before what was known already. */
function withRead(known: readonly Notification[], read: readonly Notification[]): readonly Notification[] {
  const ids = new Set(read.map(({ id }) => id));
  return [...read, ...known.filter(({ id }) => !ids.has(id))].slice(0, KNOWN_COUNT);
}
