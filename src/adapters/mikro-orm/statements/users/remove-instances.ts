import type { SqlEntityManager } from '@mikro-orm/sql';
import type { RetentionCutoffs } from '../../../../domain/conversation/retention.ts';
import type { AgentInstanceId, UserId } from '../../../../domain/ids.ts';
import type { Database } from '../../database/database.ts';
import { MAINTENANCE } from '../../database/tenant-isolation.ts';

/** Instances that one transaction locks at most, and messages that it deletes, give or take one instance. */
const INSTANCE_LIMIT = 200;
const MESSAGE_LIMIT = 20_000;

/** An instance that is to be removed, and how long its conversation is. */
export interface Removable {
  readonly user_id: UserId;
  readonly id: AgentInstanceId;
  readonly last_position: number;
}

const OUTDATED = `(deleted_at < $1 or (deleted_at is null and ended_at < $2))`;

/** Two index scans, neither of which reads more than it needs. */
const FIND_OUTDATED = `
  (select user_id, id, last_position from agent_instances where deleted_at < $1 limit ${INSTANCE_LIMIT})
  union all
  (select user_id, id, last_position from agent_instances where ended_at < $2 and deleted_at is null
   limit ${INSTANCE_LIMIT})`;

/**
 * Locked in key order before any message is deleted: a message that is being written to one of them is then
 * either there to be deleted, or refused, since its instance is gone.
 */
const LOCK_OF_USER = `
  select user_id, id, last_position from agent_instances where user_id = ?
  order by id limit ${INSTANCE_LIMIT} for update`;

const NAMED = `json_to_recordset(?::json) as t(user_id text, id uuid)`;

/** Looked at again under the lock: an agent may have gone on, or its owner restored it. */
const LOCK_OUTDATED = `
  select a.user_id, a.id, a.last_position from agent_instances a join ${NAMED} on a.user_id = t.user_id and a.id = t.id
  where ${OUTDATED.replaceAll(/\$\d/g, '?::timestamptz')}
  order by a.user_id, a.id for update of a skip locked`;

const DELETE_MESSAGES = `
  with gone as (delete from messages m using ${NAMED}
    where m.user_id = t.user_id and m.agent_instance_id = t.id returning 1)
  select count(*)::int as count from gone`;

const DELETE_WAITS = `
  delete from open_waits w using ${NAMED} where w.user_id = t.user_id and w.agent_instance_id = t.id`;

const DELETE_INSTANCES = `
  delete from agent_instances a using ${NAMED} where a.user_id = t.user_id and a.id = t.id`;

/** Some of the outdated ones, of whatever user. */
export const findOutdated = (
  database: Database,
  { deletedBefore, endedBefore }: RetentionCutoffs,
): Promise<readonly Removable[]> =>
  database.query(MAINTENANCE, FIND_OUTDATED, [deletedBefore.toISOString(), timeOf(endedBefore)]);

/** Within a transaction: those of `found` that are outdated still and that nobody else holds. */
export const lockOutdated = (
  em: SqlEntityManager,
  found: readonly Removable[],
  { deletedBefore, endedBefore }: RetentionCutoffs,
): Promise<Removable[]> =>
  em.execute(LOCK_OUTDATED, [named(found), deletedBefore.toISOString(), timeOf(endedBefore)]);

/** Within a transaction: some of a user's. */
export const lockInstances = (em: SqlEntityManager, userId: UserId): Promise<Removable[]> =>
  em.execute(LOCK_OF_USER, [userId]);

/** As many as one transaction should delete; at least one, where there is one. */
export function batchOf(instances: readonly Removable[]): readonly Removable[] {
  let messages = 0;
  const end = instances.findIndex(({ last_position }, nth) => {
    messages += last_position;
    return nth > 0 && messages > MESSAGE_LIMIT;
  });
  return end === -1 ? instances : instances.slice(0, end);
}

/**
 * Within the transaction that holds them: deletes instances with all that hangs on them.
 * @returns how many messages.
 */
export async function removeInstances(
  em: SqlEntityManager,
  instances: readonly Removable[],
): Promise<number> {
  const names = [named(instances)];
  const [deleted] = await em.execute<{ count: number }[]>(DELETE_MESSAGES, names);
  await em.execute(DELETE_WAITS, names);
  await em.execute(DELETE_INSTANCES, names);
  return deleted?.count ?? 0;
}

const named = (instances: readonly Removable[]): string =>
  JSON.stringify(instances.map(({ user_id, id }) => ({ user_id, id })));

const timeOf = (time: Date | null): string => time?.toISOString() ?? '-infinity';
