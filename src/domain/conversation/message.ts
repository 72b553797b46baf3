import type { AgentInstanceId, MessageId } from '../ids.ts';

/** The most code points that a message's content may have. */
export const CONTENT_LIMIT = 1_000_000;

export type SenderType = 'AGENT' | 'USER';
export type QuestionStatus = 'open' | 'answered' | 'closed';
export type JsonObject = { readonly [key: string]: unknown };

/** One entry of an instance's conversation. Only the fields below the line can change. */
export interface Message {
  readonly id: MessageId;
  readonly agentInstanceId: AgentInstanceId;
  /** 1, 2, 3 … within the instance, without gaps. Messages are ordered by position, never by time. */
  readonly position: number;
  readonly senderType: SenderType;
  readonly content: string;
  readonly createdAt: Date;
  readonly metadata: JsonObject | null;
  // ----
  readonly requiresUserInput: boolean;
  /** When a user message was handed to the agent; null while it is queued, and on agent messages. */
  readonly readAt: Date | null;
  /**
   * The version of the instance in which the agent wrote this message or was handed it; null while it is
   * queued. Hand-offs are ordered by it. Positions cannot order them: an older message may be handed over
   * later.
   */
  readonly readVersion: number | null;
  /** null for a message that is not a question. */
  readonly questionStatus: QuestionStatus | null;
  /** The one user message stored as this question's answer. */
  readonly answerId: MessageId | null;
}

export const isQueued = (message: Message): boolean =>
  message.senderType === 'USER' && message.readAt === null;

export const isOpenQuestion = (message: Message): boolean => message.questionStatus === 'open';

export const byPosition = (a: Message, b: Message): number => a.position - b.position;

/**
 * Checks that a text is not only white space and has at most `CONTENT_LIMIT` code points (not UTF-16 units).
 */
export function isValidContent(text: string): boolean {
  // Unicode counts U+0085 (next line) as white space; JavaScript's \s does not.
  if (!/[^\s\u0085]/.test(text)) return false;
  if (text.length <= CONTENT_LIMIT) return true;
  if (text.length > 2 * CONTENT_LIMIT) return false;
  let points = 0;
  for (const _ of text) points += 1;
  return points <= CONTENT_LIMIT;
}
