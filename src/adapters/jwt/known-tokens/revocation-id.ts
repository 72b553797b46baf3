import type { Revocation } from '../../../ports/signals/revocations.ts';

/**
 * Identifies a revocation by its user and its API key, as one text. When the id is null, all keys of the user
 * are revoked.
 */
export const revocationIdOf = ({ userId, id }: Pick<Revocation, 'userId' | 'id'>): string =>
  JSON.stringify([userId, id]);
