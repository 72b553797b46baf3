import { type ApiKey, isValidApiKey, type Scope } from './api-key.ts';

/** What a program asks a person for. */
export interface AccessRequest {
  readonly clientId: string;
  readonly scopes: readonly Scope[];
  /** The address to which the person is sent back. */
  readonly redirectUri: string;
}

/**
 * Returns whether a person need not be asked again: the same program has a valid key of theirs that allows at
 * least as much, and the answer reaches nobody but that program. Every program on a computer can pretend to
 * be another one that is reached there (RFC 8252, section 8.6), so these always ask.
 */
export const isAccessRemembered = (
  keys: readonly ApiKey[],
  { clientId, scopes, redirectUri }: AccessRequest,
  now: Date,
): boolean =>
  redirectUri.startsWith('https://') &&
  keys.some(
    (key) =>
      key.client?.id === clientId &&
      isValidApiKey(key, now) &&
      scopes.every((scope) => key.client?.scopes.includes(scope)),
  );

/** Returns the key as valid until a later time; null if nothing changes, or the key is revoked. */
export const prolongApiKey = (key: ApiKey | null, expiresAt: Date): ApiKey | null =>
  key === null || key.revokedAt !== null || key.expiresAt === null || key.expiresAt >= expiresAt
    ? null
    : { ...key, expiresAt };
