import type { AgentInstance } from '../../domain/conversation/agent-instance.ts';
import { isOpenQuestion, isQueued, type Message } from '../../domain/conversation/message.ts';
import type { UpdateTarget } from './agent-instance-repository.ts';

/**
 * Selects the messages that an update loads, for stores that have the whole conversation in memory. Such a
 * store must give a decision only what a database would load. Otherwise an `UpdateTarget` that asks for too
 * little would work in memory and fail with a database.
 */
export function messagesToLoad(
  { lastReadMessageId, lease }: Pick<AgentInstance, 'lastReadMessageId' | 'lease'>,
  messages: readonly Message[],
  {
    withQueuedMessages,
    openQuestionFeedback,
    withLease,
    messageId,
    questionId,
    readAfterMessageId,
  }: UpdateTarget,
): Message[] {
  const findMessage = (id: Message['id'] | null | undefined) => messages.find((message) => message.id === id);
  const question = findMessage(questionId);
  const openQuestions = openQuestionFeedback ? messages.filter(isOpenQuestion) : [];
  /** User messages with the `readVersion` of a question were handed over in the response to it. */
  const feedbackVersions = new Set(
    [...openQuestions, ...(question ? [question] : [])].map(({ readVersion }) => readVersion),
  );
  const readAfterMessage =
    readAfterMessageId === lastReadMessageId ? undefined : findMessage(readAfterMessageId);
  const leased = withLease === true ? findMessage(lease?.messageId) : undefined;
  return messages.filter(
    (message) =>
      isOpenQuestion(message) ||
      (withQueuedMessages === true && isQueued(message)) ||
      (message.senderType === 'USER' && feedbackVersions.has(message.readVersion)) ||
      message.id === messageId ||
      (question !== undefined && (message.id === question.id || message.id === question.answerId)) ||
      (leased !== undefined && (message.id === leased.id || message.id === leased.answerId)) ||
      (leased?.readVersion != null &&
        message.senderType === 'USER' &&
        (message.readVersion ?? 0) >= leased.readVersion) ||
      message.id === readAfterMessageId ||
      (readAfterMessage?.readVersion != null &&
        message.senderType === 'USER' &&
        (message.readVersion ?? 0) >= readAfterMessage.readVersion),
  );
}
