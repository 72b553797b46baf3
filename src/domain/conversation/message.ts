import type { AgentInstanceId, MessageId } from '../ids.ts';
import { isBlank } from '../text/blank.ts';
import { hasAtMostCodePoints } from '../text/code-points.ts';

/** The maximum length of a message's content, in code points. */
export const MAX_CONTENT_LENGTH = 1_000_000;

export type SenderType = 'AGENT' | 'USER';
export type QuestionStatus = 'open' | 'answered' | 'closed';
export type JsonObject = { readonly [key: string]: unknown };

/** One entry of an instance's conversation. The first group of fields never changes. */
export interface Message {
  readonly id: MessageId;
  readonly agentInstanceId: AgentInstanceId;
  /** 1, 2, 3 … within the instance, without gaps. Messages are ordered by position, never by time. */
  readonly position: number;
  readonly senderType: SenderType;
  readonly content: string;
  readonly createdAt: Date;
  readonly metadata: JsonObject | null;

  // These fields can change after the message was posted.
  readonly requiresUserInput: boolean;
  /** When a user message was handed to the agent; null while it is queued, and on agent messages. */
  readonly readAt: Date | null;
  /**
   * For an agent message: the version of the instance after the agent wrote it. For a user message: the
   * version after it was handed to the agent; null while it is queued. Hand-offs are ordered by this version,
   * because an older message may be handed over later than a newer one.
   */
  readonly readVersion: number | null;
  /** null for a message that is not a question. */
  readonly questionStatus: QuestionStatus | null;
  /** The one user message that is stored as this question's answer; null if there is none. */
  readonly answerId: MessageId | null;
}

export const isQueued = (message: Message): boolean =>
  message.senderType === 'USER' && message.readAt === null;

export const isOpenQuestion = (message: Message): boolean => message.questionStatus === 'open';

/** Returns the newest open question with this text; null if there is none. */
export const newestOpenQuestion = (messages: readonly Message[], content: string): Message | null =>
  messages
    .filter((message) => isOpenQuestion(message) && message.content === content)
    .reduce<Message | null>(
      (newest, message) => (newest === null || message.position > newest.position ? message : newest),
      null,
    );

/** No position is higher: stores keep positions as integers of 32 bits. */
export const MAX_POSITION = 2_147_483_647;

export const byPosition = (a: Message, b: Message): number => a.position - b.position;

/**
 * Sorts user messages as they were handed over. That order can differ from the order of positions: an older
 * message may be handed over later.
 */
export const byHandOff = (a: Message, b: Message): number =>
  (a.readVersion ?? 0) - (b.readVersion ?? 0) || byPosition(a, b);

/** Checks that a text is not only white space and has at most `MAX_CONTENT_LENGTH` code points. */
export const isValidContent = (text: string): boolean =>
  !isBlank(text) && hasAtMostCodePoints(text, MAX_CONTENT_LENGTH);
