import type { WaitedInstance } from '../../../../ports/storage/shared-waits.ts';
import type { Database } from '../../database/database.ts';
import { MAINTENANCE } from '../../database/tenant-isolation.ts';

/**
 * How long the waits of a process stay valid if it does not renew them, for example because it was killed.
 */
const LEASE_SECONDS = 30;

/**
 * Renews the lease of this process. Inserts the waits that have begun since the last renewal, and deletes
 * the waits that have ended since then. Waits that continue cost nothing. Also removes the waits of processes
 * whose lease ran out more than `LEASE_SECONDS` ago.
 */
const SHARE_WAITS = `
  with me as (
    insert into waiting_processes (id, alive_until) values ($1, now() + make_interval(secs => ${LEASE_SECONDS}))
    on conflict (id) do update set alive_until = excluded.alive_until
  ), gone as (
    delete from waiting_processes
    where alive_until < now() - make_interval(secs => ${LEASE_SECONDS}) and id <> $1
    returning id
  ), left_behind as (
    delete from open_waits w using gone where w.process_id = gone.id
  ), ended as (
    delete from open_waits w using unnest($4::text[], $5::uuid[]) as e(user_id, agent_instance_id)
    where w.user_id = e.user_id and w.agent_instance_id = e.agent_instance_id and w.process_id = $1
  ), begun as (
    insert into open_waits (user_id, agent_instance_id, process_id)
    select b.user_id, b.agent_instance_id, $1 from unnest($2::text[], $3::uuid[]) as b(user_id, agent_instance_id)
    on conflict do nothing
  )
  select exists (select 1 from waiting_processes p where p.id = $1) as was_known`;

/**
 * Stores which waits of this process have begun and ended, for the other processes.
 * @returns whether the database already had a lease of this process. It has none at the first call, and none
 * after another process has removed the lease together with the waits that this process stored.
 */
export async function shareWaits(
  database: Database,
  begun: readonly WaitedInstance[],
  ended: readonly WaitedInstance[],
): Promise<boolean> {
  const rows = await database.query<{ was_known: boolean }>(MAINTENANCE, SHARE_WAITS, [
    database.processId,
    begun.map(({ userId }) => userId),
    begun.map(({ agentInstanceId }) => agentInstanceId),
    ended.map(({ userId }) => userId),
    ended.map(({ agentInstanceId }) => agentInstanceId),
  ]);
  return rows[0]?.was_known ?? false;
}
