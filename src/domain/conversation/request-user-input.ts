import { agentMessageNotFound, alreadyRequiresUserInput } from '../errors.ts';
import type { MessageId } from '../ids.ts';
import { type Conversation, type Decision, requireInstance } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';
import type { Message } from './message.ts';

export interface UserInputRequested {
  /** The step, which is a question now. */
  readonly message: Message;
  /** The user messages that the agent gets with the response. */
  readonly handedOver: readonly Message[];
  /** Whether more user messages are queued for this agent; false for a stale reader. */
  readonly more: boolean;
  /** Whether the read cursor has moved on from the step, because another process has read meanwhile. */
  readonly stale: boolean;
}

/**
 * Turns an earlier step into a question. If the read cursor is still at that step, the queued user messages
 * are handed over, as many as one hand-off may have, and the first of them is the answer. If the cursor has
 * moved on, the caller is a stale reader: it gets no messages, but the step still becomes an open question.
 */
export function requestUserInput(
  conversation: Conversation,
  { messageId, now }: { messageId: MessageId; now: Date },
): Decision<UserInputRequested> {
  const instance = requireInstance(conversation);
  const step = conversation.messages.find((message) => message.id === messageId);
  if (step?.senderType !== 'AGENT') throw agentMessageNotFound();
  if (step.requiresUserInput) throw alreadyRequiresUserInput();

  const draft = new ConversationDraft(instance, conversation.messages, now);
  const stale = instance.lastReadMessageId !== messageId;
  const handedOver = stale ? [] : draft.handOverQueue();
  const answer = handedOver[0] ?? null;
  const staysCompleted = instance.status === 'COMPLETED' && answer === null;

  const message = draft.amend(step, {
    requiresUserInput: true,
    questionStatus: answer !== null ? 'answered' : staysCompleted ? 'closed' : 'open',
    answerId: answer?.id ?? null,
  });
  draft.updateInstance({ lastActivityAt: now, ...(!stale && { lease: { messageId, deliveries: 1 } }) });
  if (!staysCompleted)
    draft.updateInstance({ status: answer === null ? 'AWAITING_INPUT' : 'ACTIVE', endedAt: null });
  const more = !stale && draft.hasQueue();
  return { output: { message, handedOver, more, stale }, changes: draft.changes() };
}
