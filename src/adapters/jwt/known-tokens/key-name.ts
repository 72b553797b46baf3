import type { Revoked } from '../../../ports/signals/revocations.ts';

/** One text for both parts, which no other two parts make; with null for the id it stands for the whole user. */
export const keyNameOf = ({ userId, id }: Pick<Revoked, 'userId' | 'id'>): string =>
  JSON.stringify([userId, id]);
