/** Garbage collection distorts shorter times. Quadratic work on even the small size takes longer. */
const SHORT_MS = 500;
/** Twice the text takes twice the time, or four times if the work is quadratic. */
const MAX_GROWTH = 3.5;
/** Garbage collection can slow down one attempt, but not all. */
const MAX_ATTEMPTS = 10;
/** A small size comes first, because quadratic work on a million characters takes minutes. */
const SIZES = [60_000, 1_000_000];

/** A function that reads text, and short texts that are hard for it when they are repeated. */
export type ReaderCase = readonly [name: string, read: (text: string) => unknown, units: readonly string[]];

/** Returns the units of which a text takes more than linear time. */
export function tooSteepUnits(read: (text: string) => unknown, units: readonly string[]): string[] {
  return units.filter((unit) => SIZES.some((size) => !growsLinearly(read, unit, size)));
}

function growsLinearly(read: (text: string) => unknown, unit: string, size: number): boolean {
  let [half, whole] = [Infinity, Infinity];
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    whole = Math.min(whole, millisecondsOf(read, textOf(unit, size)));
    if (whole < SHORT_MS) return true;
    half = Math.min(half, millisecondsOf(read, textOf(unit, size / 2)));
    if (whole / half < MAX_GROWTH) return true;
  }
  return false;
}

const textOf = (unit: string, size: number): string => unit.repeat(Math.ceil(size / unit.length));

/**
 * Returns the processor time of this thread. On a busy machine the time by the clock grows faster than the
 * work: what takes long is interrupted by other programs, and what is short is not.
 */
function millisecondsOf(read: (text: string) => unknown, text: string): number {
  const before = process.threadCpuUsage();
  read(text);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
