import * as v from 'valibot';
import { isOpenQuestion, type Message } from '../../domain/conversation/message.ts';
import * as field from './fields.ts';
import { wireMessage } from './message.ts';
import { delivery } from './notification/notification.ts';
import { answerTo, questionShape, wireAnswerTo, wireQuestion } from './question/question-shape.ts';

/**
 * A message as the dashboard gets it: the fields that agents get, and also its position, its metadata and its
 * state.
 */
export const conversationMessage = v.object({
  ...field.message.entries,
  position: field.count,
  metadata: v.nullable(field.metadata),
  /** When a user message was handed to the agent; null while it is queued, and for agent messages. */
  read_at: v.nullable(field.timestamp),
  /** This field and the next four are present for questions only. */
  question_status: v.optional(
    v.picklist(['open', 'answered', 'defaulted', 'expired', 'withdrawn', 'closed']),
  ),
  answer_id: v.optional(v.nullable(field.shownId)),
  /** Whether the agent is waiting for the answer now. */
  agent_waiting: v.optional(v.boolean()),
  /** When the question ends by itself; null: never. */
  expires_at: v.optional(v.nullable(field.timestamp)),
  /** What the question asks for besides a text; null: nothing else. */
  question: v.optional(v.nullable(questionShape)),
  /** Present for answers only: what the message answers, and how. */
  answer_to: v.optional(answerTo),
  /** Present if people were notified of the message, and only where a conversation is read. */
  deliveries: v.optional(v.array(delivery)),
});

export type WireConversationMessage = v.InferOutput<typeof conversationMessage>;

export const wireConversationMessage = (
  message: Message,
  { agentWaiting }: { readonly agentWaiting: boolean },
): WireConversationMessage => ({
  ...wireMessage(message),
  position: message.position,
  metadata: message.metadata,
  read_at: message.readAt?.toISOString() ?? null,
  ...(message.questionStatus !== null && {
    question_status: message.questionStatus,
    answer_id: message.answerId,
    agent_waiting: agentWaiting && isOpenQuestion(message),
    expires_at: message.expiresAt?.toISOString() ?? null,
    question: wireQuestion(message),
  }),
  ...(message.answerTo !== null && { answer_to: wireAnswerTo(message.answerTo) }),
});
