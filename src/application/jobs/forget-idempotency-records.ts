import { IDEMPOTENCY_WINDOW_MS } from '../../domain/idempotency.ts';
import type { Clock, Logger } from '../../ports/runtime.ts';
import type { Store } from '../../ports/store.ts';
import type { Job } from './job.ts';

const INTERVAL_MS = 10 * 60 * 1000;
/** A record has the time at which its request came in, and that request may have waited for minutes. */
const GRACE_MS = 60 * 60 * 1000;

/** Deletes idempotency records that no request can ask for any more. */
export const forgetIdempotencyRecordsJob = (
  { repository }: Pick<Store, 'repository'>,
  clock: Clock,
  logger: Pick<Logger, 'debug'>,
): Job => ({
  name: 'forget idempotency records',
  firstRunAfterMs: INTERVAL_MS,
  async run() {
    const before = new Date(clock.now().getTime() - IDEMPOTENCY_WINDOW_MS - GRACE_MS);
    const forgotten = await repository.forgetRecords(before);
    if (forgotten > 0) logger.debug({ forgotten }, 'Deleted old idempotency records');
    return INTERVAL_MS;
  },
});
