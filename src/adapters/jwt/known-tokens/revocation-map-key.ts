import type { Revoked } from '../../../ports/signals/revocations.ts';

/**
 * One map key for a user and an API key, never the same for two of them. With the id null it means all keys
 * of the user.
 */
export const revocationMapKey = ({ userId, id }: Pick<Revoked, 'userId' | 'id'>): string =>
  JSON.stringify([userId, id]);
