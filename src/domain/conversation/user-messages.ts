import { questionClosed, questionNotFound } from '../errors.ts';
import type { MessageId } from '../ids.ts';
import { AlreadyAnsweredError } from './already-answered.ts';
import { type Conversation, type Decision, requireInstance } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';
import type { Message } from './message.ts';

export interface UserMessage {
  readonly content: string;
  /**
   * True if the agent has the message already, because the user typed it in the agent's own program. The
   * message is then not queued.
   */
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
 * Adds a message of the user to the conversation. It becomes the answer of the question that it names. If it
 * names none, it becomes the answer of the newest open question, if there is one. The message is queued for
 * the agent, unless the agent has it already (`markAsRead`): then the read cursor moves to it, and earlier
 * messages stay queued.
 *
 * If the named question cannot be answered, the message is not stored, because it was meant only as an
 * answer.
 * @throws AlreadyAnsweredError, or DomainError `question_closed` or `question_not_found`, if the named
 * question cannot be answered.
 */
export function receiveUserMessage(conversation: Conversation, userMessage: UserMessage): Decision<Message> {
  const instance = requireInstance(conversation);
  const draft = new ConversationDraft(instance, conversation.messages, userMessage.now);
  const question =
    userMessage.inReplyTo == null
      ? draft.openQuestions().at(-1)
      : requireOpenQuestion(conversation.messages, userMessage.inReplyTo);
  const postedMessage = draft.post({
    id: userMessage.newMessageId,
    senderType: 'USER',
    content: userMessage.content,
    metadata: null,
    requiresUserInput: false,
    questionStatus: null,
  });
  const message = userMessage.markAsRead ? draft.handOver(postedMessage) : postedMessage;
  if (question !== undefined) draft.amend(question, { questionStatus: 'answered', answerId: message.id });
  // The agent's own program has reported this answer, so nothing is left to be repeated.
  if (userMessage.markAsRead && question?.id === instance.lease?.messageId)
    draft.updateInstance({ lease: null });
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
