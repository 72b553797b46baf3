import type { AgentInstanceId } from '../../../../domain/ids.ts';
import { type InstanceOverview, MAX_PREVIEW_LENGTH } from '../../../../ports/storage/dashboard-queries.ts';
import { INSTANCE_COLUMNS, type InstanceColumns, instanceOf, type MessageJson } from '../rows.ts';

/**
 * Returns SQL that is true if `agent_instances a` has a waiting call: in this process, or in another process
 * that has recorded the wait in `open_waits` and is still alive.
 * @param waitingHere the SQL parameter with the instances that have a waiting call in this process.
 * @param processId the SQL parameter with the id of this process.
 */
export const agentWaitingSql = (waitingHere: string, processId: string): string =>
  `(a.id = any (${waitingHere}::uuid[]) or exists (
    select 1 from open_waits w join waiting_processes p on p.id = w.process_id
    where w.user_id = a.user_id and w.agent_instance_id = a.id
      and w.process_id <> ${processId}::uuid and p.alive_until > now()))`;

/**
 * Returns the columns of an overview from `agent_instances a` and its `agent_types y`; the parameters are
 * those of `agentWaitingSql`. The newest message is found by its position, so a long conversation costs no
 * more than a short one.
 */
export const overviewColumns = (waitingHere: string, processId: string): string => `a.id, ${INSTANCE_COLUMNS},
  ${agentWaitingSql(waitingHere, processId)} as "agentWaiting",
  (select json_build_object('content', left(m.content, ${MAX_PREVIEW_LENGTH}), 'createdAt', m.created_at)
   from messages m
   where m.user_id = a.user_id and m.agent_instance_id = a.id and m.position = a.last_position) as latest`;

export interface OverviewColumns extends InstanceColumns {
  readonly id: AgentInstanceId;
  readonly agentWaiting: boolean;
  readonly latest: Pick<MessageJson, 'content' | 'createdAt'> | null;
}

/** Makes an overview from a row. Returns null if the left join of the statement found no instance. */
export function overviewOf(row: OverviewColumns): InstanceOverview | null {
  const instance = instanceOf(row, row.id);
  if (instance === null) return null;
  const { latest } = row;
  return {
    instance,
    latestMessage:
      latest === null ? null : { content: latest.content, createdAt: new Date(latest.createdAt) },
    agentWaiting: row.agentWaiting,
  };
}
