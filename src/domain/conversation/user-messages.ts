import { questionClosed, questionNotFound } from '../errors.ts';
import type { MessageId } from '../ids.ts';
import { AlreadyAnsweredError } from './already-answered.ts';
import { type Conversation, type Decision, requireInstance } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';
import type { Message } from './message.ts';

export interface UserMessage {
  readonly content: string;
  /** The agent has it already (the person typed it at the agent itself): nothing is left to hand over. */
  readonly markAsRead: boolean;
  /** The question it answers, loaded with its answer; absent or null: the newest open one, if any. */
  readonly inReplyTo?: MessageId | null;
  readonly newMessageId: MessageId;
  readonly now: Date;
}

/**
 * A message from the person. It answers the question it names, else the newest open one, if there is one,
 * and is queued for the agent unless the agent has it already. Only then does the cursor move; earlier
 * messages stay queued.
 *
 * @throws AlreadyAnsweredError, DomainError `question_closed` or `question_not_found` for a named question
 * that this cannot answer: nothing is queued then, since it was not meant to stand alone.
 */
export function receiveUserMessage(conversation: Conversation, sent: UserMessage): Decision<Message> {
  const instance = requireInstance(conversation);
  const draft = new ConversationDraft(instance, conversation.messages, sent.now);
  const question =
    sent.inReplyTo == null
      ? draft.openQuestions().at(-1)
      : requireOpenQuestion(conversation.messages, sent.inReplyTo);
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
  if (instance.status === 'AWAITING_INPUT') draft.updateInstance({ status: 'ACTIVE' });
  return { output: message, changes: draft.changes() };
}

function requireOpenQuestion(messages: readonly Message[], questionId: MessageId): Message {
  const question = messages.find(({ id }) => id === questionId);
  if (question?.questionStatus == null) throw questionNotFound('in_reply_to');
  if (question.questionStatus === 'closed') throw questionClosed();
  if (question.questionStatus === 'open') return question;
  throw new AlreadyAnsweredError(messages.find(({ id }) => id === question.answerId)!);
}
