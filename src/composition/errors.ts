/**
 * The process cannot start because of a wrong setting. The message is one line that names the variable and
 * says what it must be.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A wrong use of the command line. Its exit code is 2, as for an unknown option. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
