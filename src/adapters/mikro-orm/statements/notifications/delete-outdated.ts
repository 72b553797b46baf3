import type { Database } from '../../database/database.ts';
import { tablesOf } from '../../database/tables.ts';
import { MAINTENANCE } from '../../database/tenant-isolation.ts';

/** One transaction deletes at most this many rows of each table. */
const MAX_ROWS = 1_000;

/**
 * Deletes links that expired before `time`, and notifications that were made before it and for which nothing
 * has to be done. Returns how many were deleted.
 */
export const deleteOutdated = (database: Database, time: Date): Promise<number> =>
  database.transaction(MAINTENANCE, async (em) => {
    const tables = tablesOf(em);
    const links = await tables
      .deleteFrom('answer_links')
      .where(({ eb, refTuple, selectFrom }) =>
        eb(
          refTuple('userId', 'tokenHash'),
          'in',
          selectFrom('answer_links as old')
            .select(['old.userId', 'old.tokenHash'])
            .where('old.expiresAt', '<', time)
            .limit(MAX_ROWS)
            .$asTuple('userId', 'tokenHash'),
        ),
      )
      .executeTakeFirstOrThrow();
    const notifications = await tables
      .deleteFrom('notifications')
      // Checked again, because it may have become due while this waited for its lock.
      .where('nextAt', 'is', null)
      .where(({ eb, refTuple, selectFrom }) =>
        eb(
          refTuple('userId', 'id'),
          'in',
          selectFrom('notifications as old')
            .select(['old.userId', 'old.id'])
            .where('old.nextAt', 'is', null)
            .where('old.createdAt', '<', time)
            .limit(MAX_ROWS)
            .$asTuple('userId', 'id'),
        ),
      )
      .executeTakeFirstOrThrow();
    return Number(links.numDeletedRows + notifications.numDeletedRows);
  });
