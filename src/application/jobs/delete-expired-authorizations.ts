import type { Clock, Logger } from '../../ports/runtime.ts';
import type { AuthorizationRepository } from '../../ports/storage/authorization-repository.ts';
import type { Job } from './job.ts';

const INTERVAL_MS = 10 * 60 * 1000;
/** Clocks differ, and an expired code must be refused as expired for a while, not as unknown. */
const GRACE_MS = 60 * 60 * 1000;

/** Deletes what the authorization server no longer needs: old codes, requests, tokens and unused clients. */
export const deleteExpiredAuthorizationsJob = (
  authorizations: AuthorizationRepository,
  clock: Clock,
  logger: Pick<Logger, 'debug'>,
): Job => ({
  name: 'delete expired OAuth records',
  firstRunAfterMs: INTERVAL_MS,
  async run() {
    const cutoff = new Date(clock.now().getTime() - GRACE_MS);
    const deleted = await authorizations.deleteExpired(cutoff);
    if (deleted > 0) logger.debug({ deleted }, 'Deleted expired OAuth records');
    // Of a large number, each run deletes a part.
    return deleted > 0 ? 1_000 : INTERVAL_MS;
  },
});
