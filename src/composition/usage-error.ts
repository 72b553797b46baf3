/** What was asked for in the wrong way: exit code 2, as for an option that there is not. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
