/**
 * The record that a user's data was deleted. It is all that remains of the user. It is needed because the
 * records of revoked API keys are deleted too: without this record, a revoked token that never expires would
 * be accepted again.
 */
export interface UserDeletion {
  readonly begunAt: Date;
  /** null: the deletion is still running. Until it ends, every token of the user is refused. */
  readonly finishedAt: Date | null;
}

/**
 * Returns a time: the tokens of the user that were issued before it are refused, whichever issuer made them.
 * Returns null if all tokens are refused. The time is rounded down to a whole second, as the times in tokens
 * are, so a token made right after the deletion finished is accepted.
 */
export const tokensRefusedBefore = ({ finishedAt }: UserDeletion): Date | null =>
  finishedAt === null ? null : new Date(Math.floor(finishedAt.getTime() / 1000) * 1000);

/**
 * Checks whether a deletion makes a token of the user invalid.
 * @param issuedAt epoch milliseconds; minus infinity for a token without a time of issue.
 */
export function isTokenRefused(deletion: UserDeletion, issuedAt: number): boolean {
  const refusedBefore = tokensRefusedBefore(deletion);
  return refusedBefore === null || issuedAt < refusedBefore.getTime();
}
