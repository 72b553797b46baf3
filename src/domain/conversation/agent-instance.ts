import type { AgentInstanceId, MessageId } from '../ids.ts';
import { type AgentContext, type GivenContext, mergeContext, NO_CONTEXT } from './agent-context.ts';
import type { AgentType } from './agent-type.ts';
import type { Lease } from './hand-off/lease.ts';
import type { JsonObject } from './message.ts';

/** The statuses that are stored. */
export type StoredStatus = 'ACTIVE' | 'AWAITING_INPUT' | 'COMPLETED' | 'DELETED';

/**
 * The statuses that people see. STALE and FAILED are computed when reading. PAUSED, KILLED and DISCONNECTED
 * are reserved: nothing sets them yet.
 */
export type AgentStatus = StoredStatus | 'STALE' | 'PAUSED' | 'FAILED' | 'KILLED' | 'DISCONNECTED';

/** One run of one agent: the aggregate that owns the status, the read cursor and the next position. */
export interface AgentInstance {
  readonly id: AgentInstanceId;
  readonly agentType: AgentType;
  readonly name: string | null;
  readonly status: StoredStatus;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  /** Why the agent could not finish; null if it has not said so. Only an ended instance has it. */
  readonly failure: string | null;
  readonly metadata: JsonObject | null;
  /** Where the agent runs. */
  readonly context: AgentContext;
  /** The position of the newest message; 0 if there is none. */
  readonly lastPosition: number;
  /** How many steps the agent has reported. */
  readonly stepCount: number;
  /** The read cursor: the last message that the agent wrote or was handed. */
  readonly lastReadMessageId: MessageId | null;
  /** What may have to be handed over again; null if the agent has shown that it received everything. */
  readonly lease: Lease | null;
  readonly lastHeartbeatAt: Date | null;
  /** When the agent last wrote or read. For reads it may lag behind by `ACTIVITY_RESOLUTION_MS`. */
  readonly lastActivityAt: Date;
  /**
   * The questions that ended without an answer, while the agent has not been told; at most the latest 100.
   */
  readonly untoldEndings: readonly QuestionEnding[];
  /** The person's request to stop; null if there is none. */
  readonly stop: StopRequest | null;
  /** Set while the status is DELETED, else null. */
  readonly deletion: Deletion | null;
  /** Grows by one with every change; 1 after creation. The store uses it to prevent lost updates. */
  readonly version: number;
}

/** How a question ended that has no answer. */
export interface QuestionEnding {
  readonly questionId: MessageId;
  readonly status: 'expired' | 'withdrawn' | 'closed';
}

/** A person has asked the agent to stop. The agent is told with each answer that it gets from then on. */
export interface StopRequest {
  readonly reason: string | null;
  readonly requestedAt: Date;
  /** When the agent was first told; null if it has not been. */
  readonly seenAt: Date | null;
}

/** When the owner deleted an instance, and the status that restoring brings back. */
export interface Deletion {
  readonly deletedAt: Date;
  readonly statusBefore: Exclude<StoredStatus, 'DELETED'>;
}

/**
 * A read that changes nothing else is recorded as activity only if the last recorded activity is at least
 * this old.
 */
export const ACTIVITY_RESOLUTION_MS = 30_000;

/** Checks whether the instance has ended or was deleted. A wait on such an instance ends at once. */
export const isEndedOrDeleted = (instance: AgentInstance): boolean =>
  instance.status === 'COMPLETED' || instance.status === 'DELETED';

export interface NewAgentInstance {
  readonly id: AgentInstanceId;
  readonly agentType: AgentType;
  readonly name?: string | null;
  readonly metadata?: JsonObject | null;
  readonly context?: GivenContext | null;
  readonly now: Date;
}

/** Creates an active instance without messages. Its version is 0 until it is first saved. */
export const newAgentInstance = ({
  id,
  agentType,
  name,
  metadata,
  context,
  now,
}: NewAgentInstance): AgentInstance => ({
  id,
  agentType,
  name: name ?? null,
  status: 'ACTIVE',
  startedAt: now,
  endedAt: null,
  failure: null,
  metadata: metadata ?? null,
  context: mergeContext(NO_CONTEXT, context ?? null),
  lastPosition: 0,
  stepCount: 0,
  lastReadMessageId: null,
  lease: null,
  untoldEndings: [],
  stop: null,
  lastHeartbeatAt: null,
  lastActivityAt: now,
  deletion: null,
  version: 0,
});
