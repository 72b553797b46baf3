import * as v from 'valibot';
import { isOpenQuestion, type Message } from '../../domain/conversation/message.ts';
import * as field from './fields.ts';
import { wireMessage } from './message.ts';

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
  /** This field and the next two are present for questions only. */
  question_status: v.optional(v.picklist(['open', 'answered', 'closed'])),
  answer_id: v.optional(v.nullable(field.shownId)),
  /** Whether the agent is waiting for the answer now. */
  agent_waiting: v.optional(v.boolean()),
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
  }),
});
