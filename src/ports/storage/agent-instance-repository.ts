import type { StoredStatus } from '../../domain/conversation/agent-instance.ts';
import type { Conversation, Decision } from '../../domain/conversation/conversation.ts';
import type { QuestionStatus } from '../../domain/conversation/message.ts';
import type { IdempotencyRecord } from '../../domain/idempotency.ts';
import type { AgentInstanceId, MessageId, UserId } from '../../domain/ids.ts';

/**
 * The instance that one update is about, and which parts of its conversation the store loads for the
 * decision. Open questions are always loaded.
 */
export interface UpdateTarget {
  readonly userId: UserId;
  readonly agentInstanceId: AgentInstanceId;
  /**
   * Load the first queued user messages: those that fit into one hand-off (`handOffPage`), and the next one,
   * which shows that there are more.
   */
  readonly withQueuedMessages?: boolean;
  /** Load the user messages that were handed over with the newest open question that has this text. */
  readonly openQuestionText?: string | null;
  /**
   * Load the leased message, if there is one, its answer, and the first user messages that were handed over
   * with it or since: those that fit into one hand-off, and the next one.
   */
  readonly withLease?: boolean;
  /** Load this question, its answer and the user messages that were handed over with it. */
  readonly questionId?: MessageId | null;
  /** Load this message, if it belongs to this instance. */
  readonly messageId?: MessageId | null;
  /**
   * Load this message and, unless it is the read cursor, the first user messages that were handed over after
   * it: those that fit into one hand-off, and the next one.
   */
  readonly readAfterMessageId?: MessageId | null;
  /**
   * Load the user's agent type with this (normalised) name. If the instance does not exist, count the user's
   * open instances, up to `MAX_OPEN_INSTANCES`, and, if there is no such agent type either, the user's agent
   * types. The counts may lack what is added at the same time.
   */
  readonly agentTypeName?: string | null;
  /** Load the idempotency record that the user has under this key. */
  readonly idempotencyKey?: string | null;
}

/** A decision, and the idempotency record that is written with it (null: none). */
export interface RecordedDecision<Output> extends Decision<Output> {
  readonly record: IdempotencyRecord | null;
}

/**
 * Decides what one update changes. The function must be pure: after a conflict with another change it is
 * called again with the newer state. If it throws, this update fails and writes nothing.
 */
export type Decide<Output> = (
  conversation: Conversation,
  record: IdempotencyRecord | null,
) => RecordedDecision<Output>;

/** When an open question ends by itself. */
export interface QuestionDeadline {
  readonly userId: UserId;
  readonly agentInstanceId: AgentInstanceId;
  readonly questionId: MessageId;
  readonly expiresAt: Date;
}

/** How a question stands, without the texts of the conversation. */
export interface QuestionState {
  readonly agentInstanceId: AgentInstanceId;
  readonly status: QuestionStatus;
  readonly askedAt: Date;
  /** When the question ends by itself; null: never. */
  readonly expiresAt: Date | null;
  readonly instanceStatus: StoredStatus;
  /** Whether the person has asked the agent to stop. */
  readonly isStopRequested: boolean;
  /** The version of the instance. */
  readonly version: number;
}

/** Loads and saves agent instances with their conversations. */
export interface AgentInstanceRepository {
  /**
   * Loads what `target` names, calls `decide`, and saves what `decide` returns in one atomic step: the
   * instance, its messages, a new agent type, the idempotency record, and the signal of the change.
   *
   * Updates of one instance are linearizable: no other update comes between what `decide` saw and what is
   * saved. Of two updates that would write the same idempotency key, the second sees the record of the first.
   * The promise resolves when the change is durable and visible to every reader. Ids of another user behave
   * like ids that do not exist.
   *
   * @throws PortError `storage_busy` after a bounded number of conflicts; nothing was written.
   * @throws PortError `storage_unavailable`; the change may or may not have been written.
   */
  update<Output>(target: UpdateTarget, decide: Decide<Output>): Promise<Output>;

  /** Returns the instance that a message of the user belongs to; null when the user has no such message. */
  instanceOfMessage(userId: UserId, messageId: MessageId): Promise<AgentInstanceId | null>;

  /**
   * Returns how a question of the user stands; null when the user has no such question. Programs ask this
   * every few seconds for each open question. So calls that come within a few milliseconds share one read.
   */
  questionState(userId: UserId, questionId: MessageId): Promise<QuestionState | null>;

  /**
   * Returns the earliest deadlines of open questions of all users, also of deleted instances, the earliest
   * first, at most `limit` of them.
   */
  nextDeadlines(limit: number): Promise<readonly QuestionDeadline[]>;

  /**
   * Deletes the idempotency records that were made before `time`.
   * @returns how many were deleted.
   */
  deleteIdempotencyRecords(time: Date): Promise<number>;

  /**
   * Resolves when the store answers.
   * @throws PortError `storage_unavailable` if the store cannot be reached.
   */
  ping(): Promise<void>;
}
