/** How long one run measures, and how much. */
export interface BenchSize {
  readonly rounds: number;
  readonly secondsPerRound: number;
  /** How many pairs of loads compare the server with and without row level security. */
  readonly rowLevelSecurityPairs: number;
  /** How long the bench counts the server's statements while its clients only wait. */
  readonly idleSeconds: number;
  readonly liveMessages: number;
}

export const FULL_SIZE: BenchSize = {
  rounds: 3,
  secondsPerRound: 5,
  rowLevelSecurityPairs: 9,
  idleSeconds: 30,
  liveMessages: 300,
};

/** Takes a quarter of the time, and the numbers are rougher. */
export const QUICK_SIZE: BenchSize = {
  rounds: 1,
  secondsPerRound: 2,
  rowLevelSecurityPairs: 3,
  idleSeconds: 10,
  liveMessages: 100,
};

export const reportProgress = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
