/**
 * The record that a user's data was deleted; it is all that remains of the user. Without it a token that
 * never expires would become valid again, because the record of its revocation is deleted too.
 */
export interface UserDeletion {
  readonly begunAt: Date;
  /** null: the deletion is still running, and every token of the user is refused until it ends. */
  readonly finishedAt: Date | null;
}

/**
 * Returns the time that decides which tokens of the user are refused: those issued before it, by any issuer;
 * null: all tokens are refused. The time is rounded down to a whole second, as the times in tokens are, so a
 * token made right after the deletion finished is accepted.
 */
export const tokensRefusedBefore = ({ finishedAt }: UserDeletion): Date | null =>
  finishedAt === null ? null : new Date(Math.floor(finishedAt.getTime() / 1000) * 1000);

/**
 * Checks whether a deletion makes a token of the user invalid.
 * @param issuedAt epoch milliseconds; minus infinity for a token without a time of issue.
 */
export function isTokenRefused(deletion: UserDeletion, issuedAt: number): boolean {
  const before = tokensRefusedBefore(deletion);
  return before === null || issuedAt < before.getTime();
}
