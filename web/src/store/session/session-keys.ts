import type { ApiKey } from '../../model/wire.ts';
import { apiKeys, loadApiKeys } from '../api-keys.ts';
import { storage } from '../page/storage.ts';

/** The name of the entry with the ids of the API keys that existed when the user signed in. */
const ENTRY = 'keys-at-sign-in';

/**
 * Remembers the keys that exist now. The key that a sign-in link makes for the browser is one of them: it
 * ends with the session in any case.
 */
export async function rememberKeysAtSignIn(): Promise<void> {
  storage.removeItem(ENTRY);
  await loadApiKeys();
  storage.setItem(ENTRY, JSON.stringify(apiKeys.value?.map(({ id }) => id)));
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
  await loadApiKeys();
  return (apiKeys.value ?? []).filter(({ id, revoked_at }) => revoked_at === null && !before.has(id));
}

export function forgetKeysAtSignIn(): void {
  storage.removeItem(ENTRY);
}
