import type { Message } from '../../domain/conversation/message.ts';
import {
  compareSearched,
  EXCERPT_BEFORE,
  MAX_EXCERPT_LENGTH,
  MAX_SEARCHED_MESSAGES,
  type MessageHit,
  type MessageHits,
  type MessageSearch,
} from '../../ports/storage/message-search.ts';
import type { StoredInstance } from './user-data.ts';

/** Looks for words in the messages of instances that are not deleted. */
export function searchMessages(
  instances: readonly StoredInstance[],
  { words, limit, after }: MessageSearch,
): MessageHits {
  const wanted = words.map((word) => word.toLowerCase());
  const messages = instances
    .flatMap(({ instance, messages }) => [...messages.values()].map((message) => ({ instance, message })))
    .filter(({ message }) => after === null || compareSearched(message, after) > 0)
    .sort((one, other) => compareSearched(one.message, other.message));
  const hits: MessageHit[] = [];
  let searched = 0;
  for (const { instance, message } of messages) {
    if (hits.length === limit || searched === MAX_SEARCHED_MESSAGES) break;
    searched += 1;
    const content = message.content.toLowerCase();
    if (instance.status === 'DELETED' || !wanted.every((word) => content.includes(word))) continue;
    const { name, agentType } = instance;
    hits.push({ ...hitOf(message, wanted[0]!), instance: { name, agentType } });
  }
  const last = messages[searched - 1]?.message;
  return {
    hits,
    next:
      last === undefined || searched === messages.length ? null : { id: last.id, createdAt: last.createdAt },
  };
}

function hitOf(message: Message, word: string): Omit<MessageHit, 'instance'> {
  const { id, agentInstanceId, position, senderType, createdAt, content } = message;
  const codePoints = [...content];
  const foundAt = [...content.slice(0, content.toLowerCase().indexOf(word))].length;
  const start = Math.max(0, foundAt - EXCERPT_BEFORE);
  return {
    message: { id, agentInstanceId, position, senderType, createdAt },
    excerpt: codePoints.slice(start, start + MAX_EXCERPT_LENGTH).join(''),
    isCutBefore: start > 0,
    isCutAfter: codePoints.length > start + MAX_EXCERPT_LENGTH,
  };
}
