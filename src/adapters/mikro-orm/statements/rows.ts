import { NO_CONTEXT } from '../../../domain/conversation/agent-context.ts';
import type { AgentInstance, Deletion, StopRequest } from '../../../domain/conversation/agent-instance.ts';
import type { Lease } from '../../../domain/conversation/hand-off/lease.ts';
import type { Message } from '../../../domain/conversation/message.ts';
import type { AgentInstanceId } from '../../../domain/ids.ts';
import { type AsJson, type AsSelected, columnsOf, type ValuesOf } from '../schema/columns.ts';
import { AgentInstanceRow, MessageRow } from '../schema/entities.ts';

/**
 * The columns of an instance, without user and id, which the caller has, and without the diff, which may be a
 * megabyte.
 */
const INSTANCE = columnsOf(AgentInstanceRow).except('userId', 'id', 'gitDiff', 'gitDiffVersion');

/** Selects an instance from `agent_instances a` and its `agent_types y`, without its id. */
export const INSTANCE_COLUMNS = `${INSTANCE.selectedFrom('a')}, y.name as "agentTypeName"`;

type InstanceValues = AsSelected<ValuesOf<typeof INSTANCE>>;

export interface InstanceColumns extends Omit<InstanceValues, 'version'> {
  readonly agentTypeName: string;
  /** Null when there is no such instance. */
  readonly version: number | null;
}

/**
 * The columns of a message, without user and instance, which the caller has, and without `questionVersion`,
 * which is only used to find messages.
 */
const MESSAGE = columnsOf(MessageRow).except('userId', 'agentInstanceId', 'questionVersion');

/** Selects a message of `messages m` as one JSON value. */
export const MESSAGE_JSON = MESSAGE.jsonFrom('m');

export type MessageJson = AsJson<ValuesOf<typeof MESSAGE>>;

/** Makes an instance from its columns. Returns null if there is no such instance. */
export function instanceOf(row: InstanceColumns, id: AgentInstanceId): AgentInstance | null {
  if (row.version === null) return null;
  return {
    id,
    agentType: { id: row.agentTypeId, name: row.agentTypeName },
    name: row.name,
    status: row.status,
    startedAt: toDate(row.startedAt),
    endedAt: row.endedAt === null ? null : toDate(row.endedAt),
    failure: row.failure,
    metadata: row.metadata,
    context: row.context ?? NO_CONTEXT,
    lastPosition: row.lastPosition,
    stepCount: row.stepCount,
    lastReadMessageId: row.lastReadMessageId,
    lease: leaseOf(row),
    untoldEndings: row.untoldEndings ?? [],
    stop: stopOf(row),
    lastHeartbeatAt: row.lastHeartbeatAt === null ? null : toDate(row.lastHeartbeatAt),
    lastActivityAt: toDate(row.lastActivityAt),
    deletion: deletionOf(row),
    version: row.version,
  };
}

function leaseOf({ leaseMessageId, leaseDeliveries }: InstanceColumns): Lease | null {
  if (leaseMessageId === null || leaseDeliveries === null) return null;
  return { messageId: leaseMessageId, deliveries: leaseDeliveries };
}

function stopOf({ stopReason, stopRequestedAt, stopSeenAt }: InstanceColumns): StopRequest | null {
  if (stopRequestedAt === null) return null;
  const seenAt = stopSeenAt === null ? null : toDate(stopSeenAt);
  return { reason: stopReason, requestedAt: toDate(stopRequestedAt), seenAt };
}

function deletionOf({ deletedAt, statusBeforeDeletion }: InstanceColumns): Deletion | null {
  if (deletedAt === null || statusBeforeDeletion === null) return null;
  return { deletedAt: toDate(deletedAt), statusBefore: statusBeforeDeletion };
}

export const toDate = (epochSeconds: number): Date => new Date(Math.round(epochSeconds * 1000));

export const messageOf = (json: MessageJson, agentInstanceId: AgentInstanceId): Message => ({
  ...json,
  agentInstanceId,
  createdAt: new Date(json.createdAt),
  readAt: json.readAt === null ? null : new Date(json.readAt),
  expiresAt: json.expiresAt === null ? null : new Date(json.expiresAt),
});
