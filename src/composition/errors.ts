/**
 * A setting that stops the start. Its message is one line that names the variable and says what it should be.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The command line was called in the wrong way: exit code 2, as for an unknown option. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
