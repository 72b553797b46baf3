import type { Random } from './support/random.ts';

/** What a proof runs with. */
export interface ProofContext {
  /** 1 for the full size; `npm test` runs at 0.01. */
  readonly scale: number;
  /** The source of all random choices, so that a seed replays them. */
  readonly random: Random;
  readonly progress: (text: string) => void;
}

/** What was done and measured, for a person to read. */
export interface ProofReport {
  readonly [what: string]: number | string;
}

/** Shows that one promise holds while things go wrong. */
export interface Proof {
  readonly name: string;
  readonly promise: string;
  /**
   * Runs the proof.
   * @throws BrokenPromise with the evidence if the promise does not hold.
   */
  run(context: ProofContext): Promise<ProofReport>;
}

/** The number of cases that a message shows. One is enough to start from, and thousands would hide it. */
const SHOWN = 8;

/** Says that a promise does not hold. The message is the evidence. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';

  constructor(what: string, evidence: readonly string[] = []) {
    const more = evidence.length > SHOWN ? [`… and ${evidence.length - SHOWN} more`] : [];
    super([what, ...evidence.slice(0, SHOWN), ...more].join('\n  '));
  }
}

/** @throws BrokenPromise if there is any evidence. */
export function requireNone(what: string, evidence: readonly string[]): void {
  if (evidence.length > 0) throw new BrokenPromise(`${what}: ${evidence.length}`, evidence);
}

/** Scales a number down with the proof, but not below `least`. */
export const scaled = (full: number, { scale }: ProofContext, least: number): number =>
  Math.max(Math.min(least, full), Math.round(full * scale));
