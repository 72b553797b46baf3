import type { AgentInstanceId, MessageId } from '../ids.ts';
import type { FormAnswer } from '../question/form.ts';
import { isSameShape, type QuestionShape } from '../question/question-shape.ts';
import type { Reach } from './reach.ts';

export type SenderType = 'AGENT' | 'USER';
/**
 * A question is open until it ends, once: by an answer of a person (`answered`), by the default answer that
 * the agent had declared (`defaulted`), without an answer when its time is over (`expired`), because the
 * agent took it back (`withdrawn`), or because its session ended (`closed`).
 */
export type QuestionStatus = 'open' | 'answered' | 'defaulted' | 'expired' | 'withdrawn' | 'closed';
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
  /** What a question asks for besides a text; null if it asks for nothing else. A step may have it too. */
  readonly question: QuestionShape | null;
  /** Where its agent wants it to be read; null: as the person's rules say. */
  readonly reach: Reach | null;

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
  /**
   * When a question ends by itself if it is still open then; null: never. It stays when the question ends.
   */
  readonly expiresAt: Date | null;
  /** For a user message that is an answer: what it answers, and how. Else null. */
  readonly answerTo: AnswerTo | null;
}

/** What an answer is, besides its text. */
export interface AnswerTo {
  readonly questionId: MessageId;
  /** The values of the chosen options; null if the answer is a text only or a form. */
  readonly values: readonly string[] | null;
  /** The filled in form; null if the question has none. */
  readonly form: FormAnswer | null;
  /** `default`: nobody answered in time, so the question got the answer that the agent had declared. */
  readonly decidedBy: 'person' | 'default';
  /** Where the person answered, for example `page`; null if that is not known. */
  readonly via: string | null;
}

/** An answer of a person that is a text and nothing else. */
export const PLAIN_ANSWER = { values: null, form: null, decidedBy: 'person', via: null } as const;

export const isQueued = (message: Message): boolean =>
  message.senderType === 'USER' && message.readAt === null;

export const isOpenQuestion = (message: Message): boolean => message.questionStatus === 'open';

/**
 * Returns the newest open question with this text and shape; null if there is none.
 * @param shape if it is left out, questions of any shape count.
 */
export const newestOpenQuestion = (
  messages: readonly Message[],
  content: string,
  shape?: QuestionShape | null,
): Message | null =>
  messages
    .filter((message) => isOpenQuestion(message) && message.content === content)
    .filter(({ question }) => shape === undefined || isSameShape(question, shape))
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
