import * as v from 'valibot';
import { type LivenessContext, shownStatus } from '../../domain/conversation/liveness.ts';
import type { InstanceOverview } from '../../ports/storage/dashboard-queries.ts';
import { agentContext, wireContext } from './agent-context.ts';
import * as field from './fields.ts';
import { stopRequested, wireStop } from './stop-request.ts';

/** An agent instance as clients see it. */
export const agentInstance = v.object({
  id: field.shownId,
  agent_type_id: field.shownId,
  agent_type_name: v.string(),
  name: v.nullable(v.string()),
  status: field.agentStatus,
  started_at: field.timestamp,
  ended_at: v.nullable(field.timestamp),
  failure: v.pipe(v.nullable(v.string()), v.description('Why the agent could not finish')),
  latest_message: v.nullable(v.pipe(v.string(), v.description('Cut to 2,000 characters'))),
  latest_message_at: v.nullable(field.timestamp),
  chat_length: field.count,
  last_heartbeat_at: v.nullable(field.timestamp),
  instance_metadata: v.nullable(field.metadata),
  context: v.pipe(v.nullable(agentContext), v.description('Where the agent runs; null: it has not said so')),
  stop_requested: stopRequested,
  stop_seen_at: v.nullable(field.timestamp),
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
  failure: instance.failure,
  latest_message: latestMessage?.content ?? null,
  latest_message_at: latestMessage?.createdAt.toISOString() ?? null,
  chat_length: instance.lastPosition,
  last_heartbeat_at: instance.lastHeartbeatAt?.toISOString() ?? null,
  instance_metadata: instance.metadata,
  context: wireContext(instance.context),
  stop_requested: wireStop(instance.stop),
  stop_seen_at: instance.stop?.seenAt?.toISOString() ?? null,
});
