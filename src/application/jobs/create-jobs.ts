import type { Clock, Ids, Logger } from '../../ports/runtime.ts';
import type { Store } from '../../ports/store.ts';
import type { DeadlineAnnouncements } from '../waiting/deadline-announcements.ts';
import { deleteExpiredAuthorizationsJob } from './delete-expired-authorizations.ts';
import { deleteIdempotencyRecordsJob } from './delete-idempotency-records.ts';
import { endQuestionsJob } from './end-questions.ts';
import { finishDeletionsJob } from './finish-deletions.ts';
import type { Job } from './job.ts';
import { removeOutdatedInstancesJob } from './remove-outdated-instances.ts';

export interface JobOptions {
  readonly store: Pick<Store, 'repository' | 'removal' | 'signals' | 'authorizations'>;
  readonly clock: Clock;
  /** The dashboard that uses the same store: the jobs hear from it which deadlines are set. */
  readonly dashboard: {
    readonly ids: Ids;
    readonly deadlines: DeadlineAnnouncements;
    /** Absent or null: nobody is notified. */
    readonly deliveries?: Job | null;
    readonly noteSilentAgents?: Job | null;
  };
  readonly logger: Pick<Logger, 'debug' | 'info'>;
  /**
   * For how many days ended and deleted agent instances are kept. null: ended instances are kept for ever,
   * and deleted ones until they can no longer be restored.
   */
  readonly retentionDays: number | null;
}

/** Returns all jobs of a server, for a `JobRunner`. */
export const createJobs = ({ store, clock, dashboard, logger, retentionDays }: JobOptions): readonly Job[] =>
  [
    finishDeletionsJob(store, clock),
    endQuestionsJob(store, clock, dashboard),
    deleteIdempotencyRecordsJob(store, clock, logger),
    removeOutdatedInstancesJob(store, clock, logger, retentionDays),
    store.authorizations && deleteExpiredAuthorizationsJob(store.authorizations, clock, logger),
    dashboard.deliveries ?? null,
    dashboard.noteSilentAgents ?? null,
  ].filter((job) => job !== null);
