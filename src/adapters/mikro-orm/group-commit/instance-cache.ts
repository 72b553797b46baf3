import { LRUCache } from 'lru-cache';
import type { AgentInstance } from '../../../domain/conversation/agent-instance.ts';
import { type Conversation, EMPTY_CONVERSATION } from '../../../domain/conversation/conversation.ts';
import { isOpenQuestion, isQueued } from '../../../domain/conversation/message.ts';
import type { Signal } from '../../../ports/signals/signals.ts';
import type { UpdateTarget } from '../../../ports/storage/agent-instance-repository.ts';
import type { LoadedConversation } from '../statements/conversations/load-conversations.ts';

const MAX_INSTANCES = 10_000;

/**
 * Keeps the instances that this process wrote last, if they have no queued user messages, no open question
 * and no lease. An update of such an instance needs no load, which saves one of the two round trips of a
 * step. Measured at 32 connections: 6,600 steps a second with the cache, 3,900 without.
 *
 * A cached instance may be out of date, so only decisions that are saved may use it: the save checks the
 * version, and every change of an instance changes its version.
 */
export class InstanceCache {
  readonly #instances = new LRUCache<string, AgentInstance>({ max: MAX_INSTANCES });

  /** Returns what a load for this target would return, or null if the target has to be loaded. */
  get(target: UpdateTarget): LoadedConversation | null {
    const { questionId, messageId, readAfterMessageId, idempotencyKey } = target;
    // The cache has no messages and no idempotency records.
    if (questionId != null || messageId != null || readAfterMessageId != null || idempotencyKey != null)
      return null;
    const instance = this.#instances.get(instanceKey(target));
    if (instance === undefined) return null;
    return { ...EMPTY_CONVERSATION, instance, record: null, isCached: true };
  }

  /**
   * Adds an instance that has just been written. Removes it if it must not be cached.
   * @param conversation the conversation as it was written; null if its queued messages are not known.
   */
  update(key: string, conversation: Conversation | null): void {
    const { instance, messages } = conversation ?? EMPTY_CONVERSATION;
    const needsMessages =
      instance?.lease != null || messages.some((message) => isQueued(message) || isOpenQuestion(message));
    if (instance === null || needsMessages) {
      this.#instances.delete(key);
    } else {
      this.#instances.set(key, instance);
    }
  }

  delete(key: string): void {
    this.#instances.delete(key);
  }
}

/**
 * Returns one text for a user and an instance. All instance ids have the same length, so different pairs have
 * different texts.
 */
export const instanceKey = ({ userId, agentInstanceId }: Omit<Signal, 'version'>): string =>
  `${agentInstanceId}${userId}`;
