import type { AgentTypeId, UserId } from '../../../../domain/ids.ts';
import type { AgentTypeOverview, LocalWaits } from '../../../../ports/storage/dashboard-queries.ts';
import type { Database } from '../../database/database.ts';
import { toDate } from '../rows.ts';
import { type OverviewColumns, overviewColumns, overviewOf } from './overview.ts';

/**
 * How many types one statement reads. A statement for all types of a user would let everybody else wait: a
 * type with five instances takes 0.15 ms.
 */
const TYPES_PER_STATEMENT = 25;

/**
 * Reads the next types by name: a row for each recent instance, and one row for a type that has none. The
 * instances of all these types are counted in one pass.
 */
const AGENT_TYPES = `
  with page as (
    select y.user_id, y.id, y.name, y.created_at
    from agent_types y
    where y.user_id = $1 and y.name collate "C" > $5
    order by y.name collate "C"
    limit $6)
  select y.id as "typeId", y.name as "typeName", date_part('epoch', y.created_at) as "typeCreatedAt",
    coalesce(c.active, 0) as active, coalesce(c.awaiting_input, 0) as "awaitingInput",
    coalesce(c.completed, 0) as completed, r.*
  from page y
  left join (
    select i.agent_type_id, count(*) filter (where i.status = 'ACTIVE')::int as active,
      count(*) filter (where i.status = 'AWAITING_INPUT')::int as awaiting_input,
      count(*) filter (where i.status = 'COMPLETED')::int as completed
    from agent_instances i
    where i.user_id = $1 and i.agent_type_id in (select id from page)
    group by i.agent_type_id) c on c.agent_type_id = y.id
  left join lateral (
    select ${overviewColumns('$3', '$4')}
    from agent_instances a
    where a.user_id = y.user_id and a.agent_type_id = y.id and a.status <> 'DELETED'
    order by a.started_at desc, a.id desc
    limit $2) r on true
  order by y.name collate "C", r."startedAt" desc, r.id desc`;

type Row = OverviewColumns & {
  readonly typeId: AgentTypeId;
  readonly typeName: string;
  readonly typeCreatedAt: number;
  readonly active: number;
  readonly awaitingInput: number;
  readonly completed: number;
};

/** Reads all agent types of a user, with their counts and latest instances. They are not one snapshot. */
export async function readAgentTypes(
  database: Database,
  userId: UserId,
  { recent, waitingHere }: LocalWaits & { readonly recent: number },
): Promise<readonly AgentTypeOverview[]> {
  const types: AgentTypeOverview[] = [];
  for (;;) {
    const rows = await database.query<Row>([userId], AGENT_TYPES, [
      userId,
      recent,
      [...waitingHere],
      database.processId,
      types.at(-1)?.agentType.name ?? '',
      TYPES_PER_STATEMENT,
    ]);
    const page = [...Map.groupBy(rows, ({ typeId }) => typeId).values()].map(agentTypeOf);
    types.push(...page);
    if (page.length < TYPES_PER_STATEMENT) return types;
  }
}

function agentTypeOf(rows: readonly Row[]): AgentTypeOverview {
  const row = rows[0]!;
  return {
    agentType: { id: row.typeId, name: row.typeName },
    createdAt: toDate(row.typeCreatedAt),
    active: row.active,
    awaitingInput: row.awaitingInput,
    completed: row.completed,
    recent: rows.map(overviewOf).filter((overview) => overview !== null),
  };
}
