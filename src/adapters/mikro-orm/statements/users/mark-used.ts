import type { ApiKeyRef } from '../../../../ports/storage/api-key-repository.ts';
import type { Database } from '../../database/database.ts';

/**
 * Updates any number of keys in one statement; the ORM would send one statement for each key. The keys are
 * sorted, so that two processes that mark the same keys lock them in the same order.
 */
const MARK_USED = `
  with uses as materialized (
    select user_id, id, max(used_at) as used_at
    from unnest($1::text[], $2::text[], $3::timestamptz[]) as u(user_id, id, used_at)
    group by user_id, id
    order by user_id collate "C", id collate "C"
  )
  update api_keys k set last_used_at = u.used_at
  from uses u
  where k.user_id = u.user_id and k.id = u.id and (k.last_used_at is null or k.last_used_at < u.used_at)`;

/** Writes the last use of API keys. An earlier time than the stored one changes nothing. */
export async function markUsed(
  database: Database,
  uses: readonly (ApiKeyRef & { readonly usedAt: Date })[],
): Promise<void> {
  const users = uses.map(({ userId }) => userId);
  await database.query(users, MARK_USED, [
    users,
    uses.map(({ id }) => id),
    uses.map(({ usedAt }) => usedAt.toISOString()),
  ]);
}
