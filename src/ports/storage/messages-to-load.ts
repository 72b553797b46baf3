import type { AgentInstance } from '../../domain/conversation/agent-instance.ts';
import { isOpenQuestion, isQueued, type Message } from '../../domain/conversation/message.ts';
import type { UpdateTarget } from './agent-instance-repository.ts';

/**
 * Selects the messages that an update of `target` loads, for stores that have the whole conversation in
 * memory. They must give a decision no more than a database would: else a decision that needs more would fail
 * only there.
 */
export function messagesToLoad(
  { lastReadMessageId }: Pick<AgentInstance, 'lastReadMessageId'>,
  messages: readonly Message[],
  { queue, openQuestionFeedback: questionCompany, message: named, question: asked, readSince }: UpdateTarget,
): Message[] {
  const find = (id: Message['id'] | null | undefined) => messages.find((message) => message.id === id);
  const question = find(asked);
  const open = questionCompany ? messages.filter(isOpenQuestion) : [];
  const company = new Set([...open, ...(question ? [question] : [])].map(({ readVersion }) => readVersion));
  const since = readSince === lastReadMessageId ? undefined : find(readSince);
  return messages.filter(
    (message) =>
      isOpenQuestion(message) ||
      (queue === true && isQueued(message)) ||
      (message.senderType === 'USER' && company.has(message.readVersion)) ||
      message.id === named ||
      (question !== undefined && (message.id === question.id || message.id === question.answerId)) ||
      message.id === readSince ||
      (since?.readVersion != null &&
        message.senderType === 'USER' &&
        (message.readVersion ?? 0) >= since.readVersion),
  );
}
