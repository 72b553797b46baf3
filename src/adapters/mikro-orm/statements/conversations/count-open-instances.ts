import { MAX_OPEN_INSTANCES } from '../../../../domain/conversation/new-instance.ts';
import type { UserId } from '../../../../domain/ids.ts';
import type { Database } from '../../database/database.ts';
import { registerStatement } from '../../database/prepared-statements.ts';

/** PostgreSQL reads only the index of the open instances. That takes 3 ms for 10,000 of them. */
const COUNT_OPEN_INSTANCES = registerStatement(
  'count_open_instances',
  `select u.user_id as "userId", (select count(*)::int from (
     select from agent_instances a
     where a.user_id = u.user_id and a.ended_at is null and a.deleted_at is null
     limit ${MAX_OPEN_INSTANCES}) a) as count
   from unnest($1::text[]) as u(user_id)`,
);

/**
 * Counts the open instances of users, up to `MAX_OPEN_INSTANCES`. It has a statement of its own, because only
 * new instances need it: as a part of `load_conversations` it made every load 5 % slower on PGlite, which
 * plans each statement anew. It counts once for each user: a batch may have 256 new instances of one.
 */
export async function countOpenInstances(
  database: Database,
  users: Iterable<UserId>,
): Promise<ReadonlyMap<UserId, number>> {
  const distinct = [...new Set(users)];
  if (distinct.length === 0) return new Map();
  const rows = await database.queryInBatch<{ readonly userId: UserId; readonly count: number }>(
    distinct,
    COUNT_OPEN_INSTANCES,
    [distinct],
  );
  return new Map(rows.map(({ userId, count }) => [userId, count]));
}
