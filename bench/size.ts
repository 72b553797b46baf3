/** How long one run of the bench measures, and how often it repeats each measurement. */
export interface BenchSize {
  /** How often each load is repeated. The tables show the medians. */
  readonly rounds: number;
  readonly secondsPerRound: number;
  /** How many pairs of loads compare the server with and without row level security. */
  readonly rowLevelSecurityPairs: number;
  /** How long the bench counts the server's statements while its clients only wait. */
  readonly idleSeconds: number;
  /** How many messages the bench sends to the live streams. */
  readonly liveMessages: number;
}

export const FULL_SIZE: BenchSize = {
  rounds: 3,
  secondsPerRound: 5,
  rowLevelSecurityPairs: 9,
  idleSeconds: 30,
  liveMessages: 300,
};

/** A run of this size takes a quarter of the time, but its numbers are less exact. */
export const QUICK_SIZE: BenchSize = {
  rounds: 1,
  secondsPerRound: 2,
  rowLevelSecurityPairs: 3,
  idleSeconds: 10,
  liveMessages: 100,
};

/** Prints to standard error what is being measured. */
export const reportProgress = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
