/**
 * What stays of a user whose data was deleted: that, and nothing else. Without it a token that never expires
 * would be good again once the record of its revocation is gone.
 */
export interface UserDeletion {
  readonly begunAt: Date;
  /** null: it is under way, and nobody may speak for the user until it is over. */
  readonly finishedAt: Date | null;
}

/**
 * Tokens issued before this are refused, whoever issued them; null: all of them are. Tokens count in whole
 * seconds, so one that was made right after the end is good.
 */
export const tokensRefusedBefore = ({ finishedAt }: UserDeletion): Date | null =>
  finishedAt === null ? null : new Date(Math.floor(finishedAt.getTime() / 1000) * 1000);

/** @param issuedAt in epoch milliseconds; minus infinity where a token does not say. */
export function isTokenRefused(deletion: UserDeletion, issuedAt: number): boolean {
  const before = tokensRefusedBefore(deletion);
  return before === null || issuedAt < before.getTime();
}
