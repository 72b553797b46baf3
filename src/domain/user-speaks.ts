import { type Conversation, type Decision, Draft, existing } from './conversation.ts';
import type { MessageId } from './ids.ts';
import type { Message } from './message.ts';

export interface UserMessage {
  readonly content: string;
  /** The agent has it already (the person typed it at the agent itself): nothing is left to hand over. */
  readonly markAsRead: boolean;
  readonly newMessageId: MessageId;
  readonly now: Date;
}

/**
 * A message from the person. It answers the newest open question, if there is one, and is queued for the
 * agent unless the agent has it already. Only then does the cursor move; earlier messages stay queued.
 */
export function receiveUserMessage(conversation: Conversation, sent: UserMessage): Decision<Message> {
  const instance = existing(conversation);
  const draft = new Draft(instance, conversation.messages, sent.now);
  const question = draft.openQuestions().at(-1);
  const posted = draft.post({
    id: sent.newMessageId,
    senderType: 'USER',
    content: sent.content,
    metadata: null,
    requiresUserInput: false,
    questionStatus: null,
  });
  const message = sent.markAsRead ? draft.handOver(posted) : posted;
  if (question !== undefined) draft.amend(question, { questionStatus: 'answered', answerId: message.id });
  if (instance.status === 'AWAITING_INPUT') draft.set({ status: 'ACTIVE' });
  return { output: message, changes: draft.changes() };
}
