import type { UserId } from '../../../../domain/ids.ts';
import type {
  InstanceCriteria,
  InstanceOverview,
  InstancePage,
  InstancePlace,
} from '../../../../ports/storage/dashboard-queries.ts';
import type { Database } from '../../database/database.ts';
import { agentWaitingSql, type OverviewColumns, overviewColumns, overviewOf } from './overview.ts';

/**
 * The rule of domain/conversation/liveness.ts in SQL. PostgreSQL needs it to fill a page with the right
 * instances. A contract test compares the two.
 */
const HAS_STATUS = `case
  when a.status = 'COMPLETED' then $4 = case when a.failure is null then 'COMPLETED' else 'FAILED' end
  when a.status <> 'ACTIVE' then a.status = $4
  when $4 not in ('ACTIVE', 'STALE') then false
  else (greatest(a.last_heartbeat_at, a.last_activity_at) < $5::timestamptz and not ${agentWaitingSql('$6', '$7')})
    = ($4 = 'STALE') end`;

/**
 * Returns the SQL that reads one page. PostgreSQL reads only the page's part of an index. Each kind of filter
 * has its own SQL: with "… or $9 is null" PostgreSQL would read all instances of the user. A page without
 * instances still has one row, which says whether the type exists.
 */
const listInstancesSql = (typeId: string | null): string => `
  select ${typeId === null ? 'true' : `exists (select 1 from agent_types y where y.user_id = $1 and y.id = ${typeId})`}
    as "typeExists", page.*
  from (select) one left join lateral (
    select ${overviewColumns('$6', '$7')}
    from agent_instances a
    join agent_types y on y.user_id = a.user_id and y.id = a.agent_type_id
    where a.user_id = $1 and (a.status = 'DELETED') = ($4::text is not distinct from 'DELETED')
      and (a.started_at, a.id) < ($2::timestamptz, $3::uuid)
      and ($4::text is null or ${HAS_STATUS})
      ${typeId === null ? '' : `and a.agent_type_id = ${typeId}`}
    order by a.started_at desc, a.id desc
    limit $8) page on true
  order by page."startedAt" desc, page.id desc`;

const LIST_ALL = listInstancesSql(null);
const LIST_OF_TYPE_ID = listInstancesSql('$9::uuid');
const LIST_OF_TYPE_NAME = listInstancesSql(
  '(select n.id from agent_types n where n.user_id = $1 and n.name = $9)',
);

/** A place before every instance, where the first page begins. */
const BEFORE_ALL = { startedAt: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

type Row = OverviewColumns & { readonly typeExists: boolean };

/**
 * How many instances one statement reads. A statement for a large page would let everybody else wait: an
 * instance takes 0.03 ms.
 */
const INSTANCES_PER_STATEMENT = 100;

/**
 * Reads one page of a user's instances. A large page is read in parts, so it is not one snapshot. Returns
 * null if `agentType` has an id that the user's agent types do not have.
 */
export async function listInstances(
  database: Database,
  userId: UserId,
  { limit, ...criteria }: InstanceCriteria,
): Promise<InstancePage | null> {
  const instances: InstanceOverview[] = [];
  let after = criteria.after;
  do {
    const count = Math.min(limit - instances.length, INSTANCES_PER_STATEMENT);
    const part = await listPart(database, userId, { ...criteria, after, limit: count });
    if (part === null) return null;
    instances.push(...part.instances);
    after = part.next;
  } while (after !== null && instances.length < limit);
  return { instances, next: after };
}

/** Reads one more row than `limit`, to know whether there is another part. */
async function listPart(
  database: Database,
  userId: UserId,
  { limit, after, status, staleBefore, waitingHere, agentType }: InstanceCriteria,
): Promise<InstancePage | null> {
  const startPlace = after === null ? BEFORE_ALL : { ...after, startedAt: after.startedAt.toISOString() };
  const parameters = [
    userId,
    startPlace.startedAt,
    startPlace.id,
    status,
    staleBefore.toISOString(),
    [...waitingHere],
    database.processId,
    limit + 1,
  ];
  const rows =
    agentType === null
      ? await database.query<Row>([userId], LIST_ALL, parameters)
      : 'id' in agentType
        ? await database.query<Row>([userId], LIST_OF_TYPE_ID, [...parameters, agentType.id])
        : await database.query<Row>([userId], LIST_OF_TYPE_NAME, [...parameters, agentType.name]);
  if (agentType !== null && 'id' in agentType && rows[0]?.typeExists !== true) return null;
  const overviews = rows.map(overviewOf).filter((overview) => overview !== null);
  const instances = overviews.slice(0, limit);
  const last = instances.at(-1)?.instance;
  const hasNext = overviews.length > limit && last !== undefined;
  return {
    instances,
    next: hasNext ? ({ startedAt: last.startedAt, id: last.id } satisfies InstancePlace) : null,
  };
}
