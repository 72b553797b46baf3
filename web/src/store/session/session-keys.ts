import type { ApiKey } from '../../model/wire.ts';
import { request } from '../../server/request.ts';
import { storage } from '../page/storage.ts';

/** The name of the entry with the ids of the API keys that existed when the user signed in. */
const ENTRY = 'keys-at-sign-in';

/**
 * Remembers the keys that exist now. The key that a sign-in link makes for the browser is one of them: it
 * ends with the session in any case.
 */
export async function rememberKeysAtSignIn(): Promise<void> {
  storage.removeItem(ENTRY);
  const keys = await listKeys();
  storage.setItem(ENTRY, JSON.stringify(keys.map(({ id }) => id)));
}

/**
 * Returns the valid keys that were made since the user signed in, on this page or elsewhere; none if that is
 * not known.
 * @throws RequestError if the server could not list the keys
 */
export async function readKeysOfSession(): Promise<readonly ApiKey[]> {
  const entry = storage.getItem(ENTRY);
  if (entry === null) return [];
  const before = new Set<string>(JSON.parse(entry));
  return (await listKeys()).filter(({ id, revoked_at }) => revoked_at === null && !before.has(id));
}

const listKeys = () => request<readonly ApiKey[]>('GET', '/api-keys');

export function forgetKeysAtSignIn(): void {
  storage.removeItem(ENTRY);
}
