import * as v from 'valibot';
import { isOpenQuestion, type Message } from '../../domain/conversation/message.ts';
import * as field from './fields.ts';
import { wireMessage } from './message.ts';

/** A message as people see it: that of the agents' routes, and where and how it stands. */
export const conversationMessage = v.object({
  ...field.message.entries,
  position: v.number(),
  metadata: v.nullable(field.metadata),
  /** When the agent was handed it: what a person wrote has arrived. */
  read_at: v.nullable(field.timestamp),
  /** Of questions only, like the two below. */
  question_status: v.optional(v.picklist(['open', 'answered', 'closed'])),
  answer_id: v.optional(v.nullable(v.string())),
  /** Whether the agent waits for the answer at this very moment. */
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
