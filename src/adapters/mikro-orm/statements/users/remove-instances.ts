import type { SqlEntityManager } from '@mikro-orm/sql';
import { expressionBuilder } from 'kysely';
import type { RetentionCutoffs } from '../../../../domain/conversation/retention.ts';
import type { UserId } from '../../../../domain/ids.ts';
import type { Database } from '../../database/database.ts';
import { tablesOf } from '../../database/tables.ts';
import { MAINTENANCE } from '../../database/tenant-isolation.ts';
import type { Row } from '../../schema/columns.ts';
import type { AgentInstanceRow } from '../../schema/entities.ts';

/** One transaction locks at most this many instances, and deletes about this many messages. */
const MAX_INSTANCES = 200;
const MAX_MESSAGES = 20_000;

/** An instance to remove. The last position is its number of messages. */
export type Removable = Pick<Row<typeof AgentInstanceRow>, 'userId' | 'id' | 'agentTypeId' | 'lastPosition'>;

const REMOVABLE = ['userId', 'id', 'agentTypeId', 'lastPosition'] as const;

/**
 * Finds some outdated instances of all users: deleted ones first, then ended ones. Each read uses its own
 * index.
 */
export async function findOutdated(
  database: Database,
  { deletedBefore, endedBefore }: RetentionCutoffs,
): Promise<readonly Removable[]> {
  const deleted = await database.execute(MAINTENANCE, (tables) =>
    tables
      .selectFrom('agent_instances')
      .select(REMOVABLE)
      .where('deletedAt', '<', deletedBefore)
      .limit(MAX_INSTANCES),
  );
  if (endedBefore === null || deleted.length === MAX_INSTANCES) return deleted;
  const ended = await database.execute(MAINTENANCE, (tables) =>
    tables
      .selectFrom('agent_instances')
      .select(REMOVABLE)
      .where('endedAt', '<', endedBefore)
      .where('deletedAt', 'is', null)
      .limit(MAX_INSTANCES - deleted.length),
  );
  return [...deleted, ...ended];
}

/**
 * Locks those of `candidates` that are still outdated and not locked by another transaction. Checks again,
 * because an agent may have continued the instance, or the user may have restored it.
 */
export const lockOutdated = (
  em: SqlEntityManager,
  candidates: readonly Removable[],
  { deletedBefore, endedBefore }: RetentionCutoffs,
): Promise<Removable[]> =>
  tablesOf(em)
    .selectFrom('agent_instances')
    .select(REMOVABLE)
    .where(({ eb, refTuple }) => eb(refTuple('userId', 'id'), 'in', keysOf(candidates)))
    .where(({ eb, and, or }) => {
      const isDeleted = eb('deletedAt', '<', deletedBefore);
      if (endedBefore === null) return isDeleted;
      return or([isDeleted, and([eb('deletedAt', 'is', null), eb('endedAt', '<', endedBefore)])]);
    })
    .orderBy('userId')
    .orderBy('id')
    .forUpdate()
    .skipLocked()
    .execute();

/**
 * Locks some instances of a user, in key order. Call it before any message is deleted. So a message that is
 * being written at the same time is either deleted with its instance, or refused because its instance is
 * deleted.
 */
export const lockInstances = (em: SqlEntityManager, userId: UserId): Promise<Removable[]> =>
  tablesOf(em)
    .selectFrom('agent_instances')
    .select(REMOVABLE)
    .where('userId', '=', userId)
    .orderBy('id')
    .limit(MAX_INSTANCES)
    .forUpdate()
    .execute();

/** Returns the first of the instances, as many as one transaction should delete, and at least one. */
export function limitToMaxMessages(instances: readonly Removable[]): readonly Removable[] {
  let messages = 0;
  const end = instances.findIndex(({ lastPosition }, nth) => {
    messages += lastPosition;
    return nth > 0 && messages > MAX_MESSAGES;
  });
  return end === -1 ? instances : instances.slice(0, end);
}

/**
 * Deletes instances and everything that belongs to them, in the transaction that has locked them.
 * @returns the number of deleted messages.
 */
export async function removeInstances(
  em: SqlEntityManager,
  instances: readonly Removable[],
): Promise<number> {
  const tables = tablesOf(em);
  const keys = keysOf(instances);
  const { numDeletedRows } = await tables
    .deleteFrom('messages')
    .where(({ eb, refTuple }) => eb(refTuple('userId', 'agentInstanceId'), 'in', keys))
    .executeTakeFirstOrThrow();
  await tables
    .deleteFrom('open_waits')
    .where(({ eb, refTuple }) => eb(refTuple('userId', 'agentInstanceId'), 'in', keys))
    .execute();
  await tables
    .deleteFrom('agent_instances')
    .where(({ eb, refTuple }) => eb(refTuple('userId', 'id'), 'in', keys))
    .execute();
  return Number(numDeletedRows);
}

/**
 * Deletes the agent types of removed instances that no instance has any more, in the transaction that has
 * removed these instances.
 */
export async function removeUnusedTypes(em: SqlEntityManager, removed: readonly Removable[]): Promise<void> {
  const tables = tablesOf(em);
  const removedTypes = removed.map(({ userId, agentTypeId }) => tuple(userId, agentTypeId));
  const types = await tables
    .selectFrom('agent_types')
    .select(['userId', 'id'])
    .where(({ eb, refTuple }) => eb(refTuple('userId', 'id'), 'in', removedTypes))
    .forUpdate()
    // A new instance that is being saved has locked its type.
    .skipLocked()
    .execute();
  if (types.length === 0) return;
  // Only a new statement sees the instances that were saved before the types were locked.
  await tables
    .deleteFrom('agent_types')
    .where(({ eb, refTuple }) => eb(refTuple('userId', 'id'), 'in', keysOf(types)))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('agent_instances')
            .select('agent_instances.id')
            .whereRef('agent_instances.userId', '=', 'agent_types.userId')
            .whereRef('agent_instances.agentTypeId', '=', 'agent_types.id'),
        ),
      ),
    )
    .execute();
}

const { tuple } = expressionBuilder<object>();

const keysOf = <Id>(rows: readonly { readonly userId: UserId; readonly id: Id }[]) =>
  rows.map(({ userId, id }) => tuple(userId, id));

/** Deletes those messages of the user that have no instance. Normally every message has one. */
export async function removeOrphans(em: SqlEntityManager, userId: UserId): Promise<number> {
  // One statement sees the data of one moment: a new instance with its messages, or neither. Two statements
  // could take the messages of a new instance for orphans.
  const { numDeletedRows } = await tablesOf(em)
    .deleteFrom('messages')
    .where('userId', '=', userId)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('agent_instances')
            .select('agent_instances.id')
            .whereRef('agent_instances.userId', '=', 'messages.userId')
            .whereRef('agent_instances.id', '=', 'messages.agentInstanceId'),
        ),
      ),
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
