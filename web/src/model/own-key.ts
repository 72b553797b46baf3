import type { ApiKey, User } from './wire.ts';

/**
 * Returns the key with which this browser is signed in; null if that is not certain. No script can read the
 * token itself, so the key is recognised by the moment at which both expire: tokens have it in seconds.
 */
export function ownKeyOf(keys: readonly ApiKey[], { expires_at }: User): ApiKey | null {
  if (expires_at === null) return null;
  const [own, ...others] = keys.filter(
    (key) =>
      key.revoked_at === null &&
      key.scope === 'dashboard' &&
      key.expires_at !== null &&
      secondOf(key.expires_at) === secondOf(expires_at),
  );
  return own !== undefined && others.length === 0 ? own : null;
}

const secondOf = (time: string): number => Math.floor(Date.parse(time) / 1_000);
