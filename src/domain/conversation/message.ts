import type { AgentInstanceId, MessageId } from '../ids.ts';

/** Code points of a message's content: at least one that is not white space. */
export const CONTENT_LIMIT = 1_000_000;

export type SenderType = 'AGENT' | 'USER';
export type QuestionStatus = 'open' | 'answered' | 'closed';
export type JsonObject = { readonly [key: string]: unknown };

/** One entry of an instance's conversation. Only the fields below the line ever change. */
export interface Message {
  readonly id: MessageId;
  readonly agentInstanceId: AgentInstanceId;
  /** 1, 2, 3 … within the instance, without gaps. The only order there is. */
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
   * The version of the instance that the agent came to know this message in: written by it, or handed
   * to it. It orders hand-offs, which positions cannot: an older message may be handed over later.
   */
  readonly readVersion: number | null;
  /** Null on everything but questions. */
  readonly questionStatus: QuestionStatus | null;
  /** The one user message stored as this question's answer. */
  readonly answerId: MessageId | null;
}

export const isQueued = (message: Message): boolean =>
  message.senderType === 'USER' && message.readAt === null;

export const isOpenQuestion = (message: Message): boolean => message.questionStatus === 'open';

/** White space only, or longer than the limit, is not content. Counts code points, not UTF-16 units. */
export function isContent(text: string): boolean {
  // Next line (U+0085) is white space to Unicode, but not to JavaScript.
  if (!/[^\s\u0085]/.test(text)) return false;
  if (text.length <= CONTENT_LIMIT) return true;
  if (text.length > 2 * CONTENT_LIMIT) return false;
  let points = 0;
  for (const _ of text) points += 1;
  return points <= CONTENT_LIMIT;
}
