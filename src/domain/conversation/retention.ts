import { RESTORE_WINDOW_MS } from './lifecycle.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The times that decide which agent instances are removed. */
export interface RetentionCutoffs {
  /** Instances that ended before this are removed; null: ended instances are kept. */
  readonly endedBefore: Date | null;
  /** Instances that their owner deleted before this are removed. */
  readonly deletedBefore: Date;
}

/**
 * Returns the cutoffs for a retention of `days`.
 * @param days how many days ended and deleted instances are kept; null: ended instances are kept for ever.
 * Deleted instances are never kept longer than they can be restored.
 */
export function retentionCutoffs(now: Date, days: number | null): RetentionCutoffs {
  const daysAgo = (count: number) => new Date(now.getTime() - count * DAY_MS);
  const restorableSince = new Date(now.getTime() - RESTORE_WINDOW_MS);
  if (days === null) return { endedBefore: null, deletedBefore: restorableSince };
  const endedBefore = daysAgo(days);
  return { endedBefore, deletedBefore: endedBefore > restorableSince ? endedBefore : restorableSince };
}
