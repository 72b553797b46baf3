import type { AgentInstance } from '../../domain/conversation/agent-instance.ts';
import { handOffPage } from '../../domain/conversation/hand-off/hand-off-page.ts';
import {
  byHandOff,
  byPosition,
  isOpenQuestion,
  isQueued,
  type Message,
  newestOpenQuestion,
} from '../../domain/conversation/message.ts';
import type { UpdateTarget } from './agent-instance-repository.ts';

/**
 * Selects the messages that an update loads, for stores that have the whole conversation in memory. Such a
 * store must give a decision only what a database would load. Otherwise an `UpdateTarget` that asks for too
 * little would work in memory and fail with a database.
 */
export function messagesToLoad(
  { lastReadMessageId, lease }: Pick<AgentInstance, 'lastReadMessageId' | 'lease'>,
  messages: readonly Message[],
  target: UpdateTarget,
): Message[] {
  const findMessage = (id: Message['id'] | null | undefined) => messages.find((message) => message.id === id);
  const { messageId, readAfterMessageId } = target;
  const question = findMessage(target.questionId);
  const repeatedQuestion =
    target.openQuestionText == null ? null : newestOpenQuestion(messages, target.openQuestionText);
  /** User messages with the `readVersion` of a question were handed over in the response to it. */
  const feedbackVersions = new Set(
    [repeatedQuestion, question].flatMap((asked) => (asked ? [asked.readVersion] : [])),
  );
  const readAfterMessage =
    readAfterMessageId === lastReadMessageId ? undefined : findMessage(readAfterMessageId);
  const leased = target.withLease === true ? findMessage(lease?.messageId) : undefined;
  const handedOver = messages
    .filter(({ senderType, readVersion }) => senderType === 'USER' && readVersion !== null)
    .sort(byHandOff);
  const pages = new Set([
    ...(target.withQueuedMessages === true ? pageAndNext(messages.filter(isQueued).sort(byPosition)) : []),
    ...pageAndNext(handedOver.filter(({ readVersion }) => isSince(readVersion, leased))),
    ...pageAndNext(
      handedOver.filter(
        (message) =>
          isSince(message.readVersion, readAfterMessage) && byHandOff(message, readAfterMessage!) > 0,
      ),
    ),
  ]);
  return messages.filter(
    (message) =>
      isOpenQuestion(message) ||
      pages.has(message) ||
      (message.senderType === 'USER' && feedbackVersions.has(message.readVersion)) ||
      message.id === messageId ||
      message.id === readAfterMessageId ||
      [question, leased].some((asked) => asked && (message.id === asked.id || message.id === asked.answerId)),
  );
}

/** Returns the first messages that fit into one hand-off, and the next one. */
function pageAndNext(messages: readonly Message[]): readonly Message[] {
  const { messages: page, next } = handOffPage(messages);
  return next === null ? page : [...page, next];
}

const isSince = (readVersion: Message['readVersion'], message: Message | undefined): boolean =>
  readVersion !== null && message?.readVersion != null && readVersion >= message.readVersion;
