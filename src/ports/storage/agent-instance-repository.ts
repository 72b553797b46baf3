import type { Conversation, Decision } from '../../domain/conversation/conversation.ts';
import type { IdempotencyRecord } from '../../domain/idempotency.ts';
import type { AgentInstanceId, MessageId, UserId } from '../../domain/ids.ts';

/** What one update is about, and what of it the decision needs to see. */
export interface UpdateTarget {
  readonly userId: UserId;
  readonly agentInstanceId: AgentInstanceId;
  /** Load the queued user messages too. */
  readonly queue?: boolean;
  /** Load the user messages too that were handed over with a question that is open. */
  readonly openQuestionFeedback?: boolean;
  /** Load this question too, with its answer and the user messages that were handed over with it. */
  readonly question?: MessageId | null;
  /** Load this message too, where it belongs to this instance. */
  readonly message?: MessageId | null;
  /**
   * Load this message, and where it is not the read cursor, also every user message that was handed over
   * after it.
   */
  readonly readSince?: MessageId | null;
  /** Load the user's agent type of this (normalised) name. */
  readonly agentTypeName?: string | null;
  /** Load what was recorded under this key of the user. */
  readonly idempotencyKey?: string | null;
}

/** A decision, and the record of its answer that is to be written with it. */
export interface RecordedDecision<Output> extends Decision<Output> {
  readonly record: IdempotencyRecord | null;
}

/**
 * Pure, and possibly called several times: an attempt that met a concurrent change is thrown away and
 * made again from the newer state. What it throws fails this update only and writes nothing.
 */
export type Decide<Output> = (
  conversation: Conversation,
  record: IdempotencyRecord | null,
) => RecordedDecision<Output>;

/** Agent instances with their conversations. */
export interface AgentInstanceRepository {
  /**
   * Loads what `target` names, decides, and saves all that the decision asks for in one atomic step: the
   * instance, its messages, a new agent type, the idempotency record, and the signal of the change.
   *
   * Linearizable per instance: no other update of the instance comes between what `decide` saw and what
   * is saved. Of two updates that would write the same idempotency key, the second sees the record of the
   * first. Resolves after the change is durable and visible to every reader. Ids of another user are as
   * good as ids that do not exist.
   *
   * @throws PortError `storage_busy` after a bounded number of conflicts; nothing was written.
   * @throws PortError `storage_unavailable`; whether it was written is unknown.
   */
  update<Output>(target: UpdateTarget, decide: Decide<Output>): Promise<Output>;

  /** The instance that one of the user's messages belongs to; null when there is no such message. */
  instanceOfMessage(userId: UserId, messageId: MessageId): Promise<AgentInstanceId | null>;

  /**
   * Forgets the idempotency records made before `time`.
   * @returns how many.
   */
  forgetRecords(time: Date): Promise<number>;

  /**
   * Resolves when the store answers.
   * @throws PortError `storage_unavailable`.
   */
  ping(): Promise<void>;
}
