import type { AgentInstanceId, MessageId } from '../ids.ts';
import type { AgentType } from './agent-type.ts';
import type { JsonObject } from './message.ts';

/** What rules set and stores keep. */
export type StoredStatus = 'ACTIVE' | 'AWAITING_INPUT' | 'COMPLETED' | 'DELETED';

/**
 * What the wire shows. STALE is computed when reading; the last four are reserved for agents that
 * report more about themselves.
 */
export type AgentStatus = StoredStatus | 'STALE' | 'PAUSED' | 'FAILED' | 'KILLED' | 'DISCONNECTED';

/** One run of one agent: the aggregate that owns its status, its read cursor and the next position. */
export interface AgentInstance {
  readonly id: AgentInstanceId;
  readonly agentType: AgentType;
  readonly name: string | null;
  readonly status: StoredStatus;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly metadata: JsonObject | null;
  /** The position of the newest message; 0 while there is none. */
  readonly lastPosition: number;
  /** How many steps the agent has reported. */
  readonly stepCount: number;
  /** The read cursor: the last message the agent wrote or was handed. */
  readonly lastReadMessageId: MessageId | null;
  readonly lastHeartbeatAt: Date | null;
  /** When the agent last wrote or read; kept to within `ACTIVITY_RESOLUTION_MS` for reads. */
  readonly lastActivityAt: Date;
  /** Present while the status is DELETED. */
  readonly deletion: Deletion | null;
  /** Grows by one with every change: the store's guard against lost updates. 1 when just created. */
  readonly version: number;
}

/** That its owner deleted an instance, and what restoring it brings back. */
export interface Deletion {
  readonly deletedAt: Date;
  readonly statusBefore: Exclude<StoredStatus, 'DELETED'>;
}

/** Reads that change nothing else note the agent's activity at most this often: polling must not write. */
export const ACTIVITY_RESOLUTION_MS = 30_000;

/** No more work is expected, and waits on it end at once. */
export const isOver = (instance: AgentInstance): boolean =>
  instance.status === 'COMPLETED' || instance.status === 'DELETED';

export interface NewAgentInstance {
  readonly id: AgentInstanceId;
  readonly agentType: AgentType;
  readonly name?: string | null;
  readonly metadata?: JsonObject | null;
  readonly now: Date;
}

/** Version 0 marks an instance no store has seen yet. */
export const newAgentInstance = ({
  id,
  agentType,
  name,
  metadata,
  now,
}: NewAgentInstance): AgentInstance => ({
  id,
  agentType,
  name: name ?? null,
  status: 'ACTIVE',
  startedAt: now,
  endedAt: null,
  metadata: metadata ?? null,
  lastPosition: 0,
  stepCount: 0,
  lastReadMessageId: null,
  lastHeartbeatAt: null,
  lastActivityAt: now,
  deletion: null,
  version: 0,
});
