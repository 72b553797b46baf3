import { IDEMPOTENCY_WINDOW_MS } from '../../domain/idempotency.ts';
import type { Clock, Logger } from '../../ports/runtime.ts';
import type { Store } from '../../ports/store.ts';
import type { Job } from './job.ts';

const INTERVAL_MS = 10 * 60 * 1000;
/**
 * Added to the window, because a record has the time at which its request came, and the response may have
 * been sent minutes later.
 */
const GRACE_MS = 60 * 60 * 1000;

/** Deletes idempotency records that are older than the window in which repeats get the first answer. */
export const deleteIdempotencyRecordsJob = (
  { repository }: Pick<Store, 'repository'>,
  clock: Clock,
  logger: Pick<Logger, 'debug'>,
): Job => ({
  name: 'delete idempotency records',
  firstRunAfterMs: INTERVAL_MS,
  async run() {
    const cutoff = new Date(clock.now().getTime() - IDEMPOTENCY_WINDOW_MS - GRACE_MS);
    const forgotten = await repository.deleteIdempotencyRecords(cutoff);
    if (forgotten > 0) logger.debug({ forgotten }, 'Deleted old idempotency records');
    return INTERVAL_MS;
  },
});
