import { questionClosed, questionNotFound } from '../errors.ts';
import type { MessageId } from '../ids.ts';
import { AlreadyAnsweredError } from './already-answered.ts';
import { type Conversation, type Decision, requireInstance } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';
import type { Message } from './message.ts';

export interface UserMessage {
  readonly content: string;
  /** True if the agent has the message already, because the user typed it there. It is then not queued. */
  readonly markAsRead: boolean;
  /**
   * The question that this message answers. The conversation must contain that question and its answer.
   * Absent or null: the newest open question, if there is one.
   */
  readonly inReplyTo?: MessageId | null;
  readonly newMessageId: MessageId;
  readonly now: Date;
}

/**
 * Adds a message of the user to the conversation. It becomes the answer of the question that it names, else
 * of the newest open question, if there is one. It is queued for the agent, unless the agent has it already
 * (`markAsRead`): then the cursor moves to it, and earlier messages stay queued.
 *
 * If the named question cannot be answered, nothing is queued: the message was meant as an answer only.
 * @throws AlreadyAnsweredError, or DomainError `question_closed` or `question_not_found`, if the named
 * question cannot be answered.
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
