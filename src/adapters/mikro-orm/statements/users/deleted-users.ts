import type { UserId } from '../../../../domain/ids.ts';
import type { UserDeletion } from '../../../../domain/user/user-deletion.ts';
import type { DeletedUser, Holdings } from '../../../../ports/storage/data-removal.ts';
import type { Database } from '../../database/database.ts';
import { MAINTENANCE } from '../../database/tenant-isolation.ts';
import { DeletedUserRow } from '../../schema/entities.ts';

/**
 * Counts what is stored of a user, in one round trip. Positions have no gaps, so the last position of each
 * instance is its number of messages.
 */
export async function countHoldings(database: Database, userId: UserId): Promise<Holdings> {
  const [counts] = await database.execute([userId], (tables) => {
    const count = (table: 'agent_types' | 'agent_instances' | 'api_keys') =>
      tables
        .selectFrom(table)
        .select(({ cast, fn }) => cast<number>(fn.countAll(), 'integer').as('count'))
        .where('userId', '=', userId);
    const messages = tables
      .selectFrom('agent_instances')
      .select(({ cast, fn, lit }) =>
        cast<number>(fn.coalesce(fn.sum('lastPosition'), lit(0)), 'integer').as('count'),
      )
      .where('userId', '=', userId);
    return tables.selectNoFrom([
      count('agent_types').as('agentTypes'),
      count('agent_instances').as('agentInstances'),
      messages.as('messages'),
      count('api_keys').as('apiKeys'),
    ]);
  });
  const { agentTypes, agentInstances, messages, apiKeys } = counts!;
  return {
    agentTypes: agentTypes!,
    agentInstances: agentInstances!,
    messages: messages!,
    apiKeys: apiKeys!,
  };
}

export interface DeletionToSave {
  readonly time: Date;
  /** True when `time` is the end of the deletion, false when it is the beginning. */
  readonly isFinished: boolean;
  readonly channel: string;
  readonly payloads: readonly string[];
}

/** Stores the beginning or the end of a deletion, and notifies other processes in the same transaction. */
export async function saveDeletion(
  database: Database,
  userId: UserId,
  { time, isFinished, channel, payloads }: DeletionToSave,
): Promise<void> {
  await database.transaction([userId], async (em) => {
    await em.upsert(
      DeletedUserRow,
      { userId, begunAt: time, finishedAt: isFinished ? time : null },
      // The end of a deletion keeps the time at which it began.
      { onConflictMergeFields: isFinished ? ['finishedAt'] : ['begunAt', 'finishedAt'] },
    );
    for (const payload of payloads) await em.execute('select pg_notify(?, ?)', [channel, payload]);
  });
}

/** Reads the deletion of a user. Returns null if there was none. */
export async function findDeletion(database: Database, userId: UserId): Promise<UserDeletion | null> {
  const [deletion] = await database.execute([userId], (tables) =>
    tables.selectFrom('deleted_users').select(['begunAt', 'finishedAt']).where('userId', '=', userId),
  );
  return deletion ?? null;
}

/** Reads the deletions of all users that were begun and not finished, the oldest first. */
export const unfinishedDeletions = (database: Database): Promise<readonly DeletedUser[]> =>
  database.execute(MAINTENANCE, (tables) =>
    tables.selectFrom('deleted_users').selectAll().where('finishedAt', 'is', null).orderBy('begunAt'),
  );
