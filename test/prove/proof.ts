import type { Random } from './support/random.ts';

/** What a proof is given to run with. */
export interface ProofContext {
  /** 1 is in full; `npm test` runs at 0.01. */
  readonly scale: number;
  /** All that is left to chance comes from here, so that a seed replays it. */
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
  /** @throws BrokenPromise with the evidence. */
  run(context: ProofContext): Promise<ProofReport>;
}

/** How many evident cases a message shows: one is enough to start from, thousands bury it. */
const SHOWN = 8;

/** The promise does not hold. Its message is the evidence. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';

  constructor(what: string, evidence: readonly string[] = []) {
    const more = evidence.length > SHOWN ? [`… and ${evidence.length - SHOWN} more`] : [];
    super([what, ...evidence.slice(0, SHOWN), ...more].join('\n  '));
  }
}

/** @throws BrokenPromise unless there is no evidence against it. */
export function requireNone(what: string, evidence: readonly string[]): void {
  if (evidence.length > 0) throw new BrokenPromise(`${what}: ${evidence.length}`, evidence);
}

/** A part of the full number, but never less than makes sense. */
export const scaled = (full: number, { scale }: ProofContext, least: number): number =>
  Math.max(Math.min(least, full), Math.round(full * scale));
