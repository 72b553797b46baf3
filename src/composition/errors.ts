/**
 * The process cannot start because of wrong settings. Each problem is one line that names the variable and
 * says what it must be. The message has all of these lines.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: string | readonly string[]) {
    const lines = typeof problems === 'string' ? [problems] : problems;
    super(lines.join('\n'));
    this.problems = lines;
  }
}

/** A wrong use of the command line. Its exit code is 2, as for an unknown option. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
