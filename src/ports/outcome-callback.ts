import type { Outcome } from '../domain/conversation/outcome.ts';
import type { AgentInstanceId, MessageId, NotificationId, UserId } from '../domain/ids.ts';

/** How a question ended, for the program that asked it. */
export interface EndedQuestion {
  /** The same in each attempt, so that a receiver can recognise a repetition. */
  readonly id: NotificationId;
  readonly userId: UserId;
  readonly agentInstanceId: AgentInstanceId;
  readonly outcome: Outcome;
  /** The message that answers it; null if the question ended without an answer. */
  readonly answer: { readonly id: MessageId; readonly text: string } | null;
  readonly endedAt: Date;
}

/**
 * Tells a program how its question ended. Resolves when the program has accepted it.
 * @param url as the program has named it: not checked yet.
 * @throws DeliveryError; any other error counts as one that may pass.
 */
export type PostOutcome = (url: string, ended: EndedQuestion, signal: AbortSignal) => Promise<void>;
