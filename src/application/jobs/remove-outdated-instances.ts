import { retentionCutoffs } from '../../domain/conversation/retention.ts';
import type { Clock, Logger } from '../../ports/runtime.ts';
import type { Store } from '../../ports/store.ts';
import type { Job } from './job.ts';

const INTERVAL_MS = 60 * 60 * 1000;
/** The first run comes a minute after the start, so that the server is ready sooner. */
const FIRST_RUN_AFTER_MS = 60 * 1000;
/** The pause between two batches, so that requests come first. */
const PAUSE_MS = 250;

/**
 * Removes outdated agent instances in batches: those that were kept for as long as the retention says.
 * @param retentionDays as in `JobOptions`.
 */
export function removeOutdatedInstancesJob(
  { removal }: Pick<Store, 'removal'>,
  clock: Clock,
  logger: Pick<Logger, 'info'>,
  retentionDays: number | null,
): Job | null {
  if (removal === null) return null;
  let removed = 0;
  return {
    name: 'remove outdated agent instances',
    firstRunAfterMs: FIRST_RUN_AFTER_MS,
    async run() {
      const batch = await removal.deleteOutdated(retentionCutoffs(clock.now(), retentionDays));
      removed += batch;
      if (batch > 0) return PAUSE_MS;
      if (removed > 0) logger.info({ removed }, 'Removed agent instances that were kept for long enough');
      removed = 0;
      return INTERVAL_MS;
    },
  };
}
