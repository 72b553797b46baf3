import type { AgentInstanceId, UserId } from '../../../domain/ids.ts';
import type { InstancePage } from '../../../ports/dashboard-queries.ts';
import type { Database } from '../database.ts';
import {
  INSTANCE_COLUMNS,
  type InstanceColumns,
  instanceOf,
  MESSAGE_JSON,
  type MessageJson,
  messageOf,
} from './rows.ts';

/** The newest message is found by its position, so a long conversation costs no more than a short one. */
const LIST_INSTANCES = `
  select a.id, ${INSTANCE_COLUMNS},
    (select ${MESSAGE_JSON} from messages m
     where m.user_id = a.user_id and m.agent_instance_id = a.id and m.position = a.last_position) as latest
  from agent_instances a
  join agent_types y on y.user_id = a.user_id and y.id = a.agent_type_id
  where a.user_id = $1 and a.status <> 'DELETED'
    and ($2::uuid is null or (a.started_at, a.id) < (
      select p.started_at, p.id from agent_instances p where p.user_id = $1 and p.id = $2))
  order by a.started_at desc, a.id desc
  limit $3`;

interface Row extends InstanceColumns {
  readonly id: AgentInstanceId;
  readonly latest: MessageJson | null;
}

/** One page of a user's instances; one row more than asked for tells whether there is another. */
export async function listInstances(
  database: Database,
  userId: UserId,
  { limit, after }: { limit: number; after: AgentInstanceId | null },
): Promise<InstancePage> {
  const rows = await database.query<Row>([userId], LIST_INSTANCES, [userId, after, limit + 1]);
  const page = rows.slice(0, limit);
  return {
    instances: page.map((row) => ({
      instance: instanceOf(row, row.id)!,
      latestMessage: row.latest === null ? null : messageOf(row.latest, row.id),
    })),
    next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
  };
}
