/**
 * Returns a percentile of the samples.
 * @param fraction the part of the samples that are less than the result or equal to it, from 0 to 1: 0.5
 * gives the median
 */
export function percentile(samples: readonly number[], fraction: number): number {
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.min(sorted.length - 1, Math.ceil(fraction * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);
