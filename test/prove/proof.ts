import type { Random } from './support/random.ts';

/** The options of one run of a proof. */
export interface ProofContext {
  /** 1 for the full size; `npm test` runs at 0.01. */
  readonly scale: number;
  /** The source of all random choices. The same seed repeats them. */
  readonly random: Random;
  readonly progress: (text: string) => void;
}

/** A report for people: what the proof did and measured. */
export interface ProofReport {
  readonly [what: string]: number | string;
}

/** Tests that one promise of the server holds during faults. */
export interface Proof {
  readonly name: string;
  readonly promise: string;
  /**
   * Runs the proof.
   * @throws BrokenPromise with the evidence if the promise does not hold.
   */
  run(context: ProofContext): Promise<ProofReport>;
}

/** How many cases a message shows at most. Thousands of cases would be unreadable. */
const MAX_SHOWN_CASES = 8;

/** The error that says that a promise does not hold. Its message is the evidence. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';

  constructor(what: string, evidence: readonly string[] = []) {
    const omitted = evidence.length - MAX_SHOWN_CASES;
    const omittedNote = omitted > 0 ? [`… and ${omitted} more`] : [];
    super([what, ...evidence.slice(0, MAX_SHOWN_CASES), ...omittedNote].join('\n  '));
  }
}

/** @throws BrokenPromise if there is any evidence. */
export function requireNone(what: string, evidence: readonly string[]): void {
  if (evidence.length > 0) throw new BrokenPromise(`${what}: ${evidence.length}`, evidence);
}

/** Scales a number down with the proof, but not below `least`. */
export const scaled = (full: number, { scale }: ProofContext, least: number): number =>
  Math.max(Math.min(least, full), Math.round(full * scale));
