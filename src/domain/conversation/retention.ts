import { RESTORE_WINDOW_MS } from './lifecycle.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Which agent instances have been kept for long enough. */
export interface RetentionCutoffs {
  /** Those that ended before; null: what has ended is kept. */
  readonly endedBefore: Date | null;
  /** Those that their owner deleted before. */
  readonly deletedBefore: Date;
}

/**
 * @param days for which ended and deleted instances are kept; null: the ended ones for ever, the deleted ones
 * for as long as they can be restored.
 */
export function retentionCutoffs(now: Date, days: number | null): RetentionCutoffs {
  const daysAgo = (count: number) => new Date(now.getTime() - count * DAY_MS);
  const restorable = new Date(now.getTime() - RESTORE_WINDOW_MS);
  if (days === null) return { endedBefore: null, deletedBefore: restorable };
  const endedBefore = daysAgo(days);
  return { endedBefore, deletedBefore: endedBefore > restorable ? endedBefore : restorable };
}
