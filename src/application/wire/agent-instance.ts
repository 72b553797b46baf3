import * as v from 'valibot';
import { type LivenessContext, shownStatus } from '../../domain/conversation/liveness.ts';
import type { InstanceOverview } from '../../ports/storage/dashboard-queries.ts';
import * as field from './fields.ts';

/** An agent instance as clients see it. */
export const agentInstance = v.object({
  id: field.shownId,
  agent_type_id: field.shownId,
  agent_type_name: v.string(),
  name: v.nullable(v.string()),
  status: field.agentStatus,
  started_at: field.timestamp,
  ended_at: v.nullable(field.timestamp),
  latest_message: v.nullable(v.pipe(v.string(), v.description('Cut to 2,000 characters'))),
  latest_message_at: v.nullable(field.timestamp),
  chat_length: field.count,
  last_heartbeat_at: v.nullable(field.timestamp),
  instance_metadata: v.nullable(field.metadata),
});

export type WireInstance = v.InferOutput<typeof agentInstance>;

export const wireInstance = (
  { instance, latestMessage, agentWaiting }: InstanceOverview,
  { staleBefore }: Pick<LivenessContext, 'staleBefore'>,
): WireInstance => ({
  id: instance.id,
  agent_type_id: instance.agentType.id,
  agent_type_name: instance.agentType.name,
  name: instance.name,
  status: shownStatus(instance, { staleBefore, agentWaiting }),
  started_at: instance.startedAt.toISOString(),
  ended_at: instance.endedAt?.toISOString() ?? null,
  latest_message: latestMessage?.content ?? null,
  latest_message_at: latestMessage?.createdAt.toISOString() ?? null,
  chat_length: instance.lastPosition,
  last_heartbeat_at: instance.lastHeartbeatAt?.toISOString() ?? null,
  instance_metadata: instance.metadata,
});
