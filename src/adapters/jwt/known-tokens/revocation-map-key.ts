import type { Revocation } from '../../../ports/signals/revocations.ts';

/**
 * Returns a map key that is unique for a user and an API key. When the id is null, the map key stands for all
 * keys of the user.
 */
export const revocationMapKey = ({ userId, id }: Pick<Revocation, 'userId' | 'id'>): string =>
  JSON.stringify([userId, id]);
