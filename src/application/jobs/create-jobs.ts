import type { Clock, Logger } from '../../ports/runtime.ts';
import type { Store } from '../../ports/store.ts';
import { deleteIdempotencyRecordsJob } from './delete-idempotency-records.ts';
import { finishDeletionsJob } from './finish-deletions.ts';
import type { Job } from './job.ts';
import { removeOutdatedInstancesJob } from './remove-outdated-instances.ts';

export interface JobOptions {
  readonly store: Pick<Store, 'repository' | 'removal' | 'signals'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'debug' | 'info'>;
  /**
   * For how many days ended and deleted agent instances are kept. null: ended instances are kept for ever,
   * and deleted ones until they can no longer be restored.
   */
  readonly retentionDays: number | null;
}

/** Returns all jobs of a server, for a `JobRunner`. */
export const createJobs = ({ store, clock, logger, retentionDays }: JobOptions): readonly Job[] =>
  [
    finishDeletionsJob(store, clock),
    deleteIdempotencyRecordsJob(store, clock, logger),
    removeOutdatedInstancesJob(store, clock, logger, retentionDays),
  ].filter((job) => job !== null);
