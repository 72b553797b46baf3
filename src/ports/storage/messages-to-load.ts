import type { AgentInstance } from '../../domain/conversation/agent-instance.ts';
import { isOpenQuestion, isQueued, type Message } from '../../domain/conversation/message.ts';
import type { UpdateTarget } from './agent-instance-repository.ts';

/**
 * Selects the messages that an update of `target` loads, for stores that have the whole conversation in
 * memory. They must give a decision only what a database would load: otherwise a decision that needs more
 * would fail only with a database.
 */
export function messagesToLoad(
  { lastReadMessageId }: Pick<AgentInstance, 'lastReadMessageId'>,
  messages: readonly Message[],
  { queue, openQuestionFeedback, message: messageId, question: questionId, readAfterMessageId }: UpdateTarget,
): Message[] {
  const find = (id: Message['id'] | null | undefined) => messages.find((message) => message.id === id);
  const question = find(questionId);
  const open = openQuestionFeedback ? messages.filter(isOpenQuestion) : [];
  /** The versions in which feedback was handed over together with these questions. */
  const feedbackVersions = new Set(
    [...open, ...(question ? [question] : [])].map(({ readVersion }) => readVersion),
  );
  const since = readAfterMessageId === lastReadMessageId ? undefined : find(readAfterMessageId);
  return messages.filter(
    (message) =>
      isOpenQuestion(message) ||
      (queue === true && isQueued(message)) ||
      (message.senderType === 'USER' && feedbackVersions.has(message.readVersion)) ||
      message.id === messageId ||
      (question !== undefined && (message.id === question.id || message.id === question.answerId)) ||
      message.id === readAfterMessageId ||
      (since?.readVersion != null &&
        message.senderType === 'USER' &&
        (message.readVersion ?? 0) >= since.readVersion),
  );
}
