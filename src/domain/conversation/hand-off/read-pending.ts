import type { MessageId } from '../../ids.ts';
import type { AgentInstance } from '../agent-instance.ts';
import { type Conversation, type Decision, requireInstance } from '../conversation.ts';
import { ConversationDraft } from '../conversation-draft.ts';
import { byPosition, isOpenQuestion, isQueued, type Message } from '../message.ts';
import { recordActivity } from './record-activity.ts';

/** The result of reading the queued user messages. */
export interface PendingRead {
  readonly instance: AgentInstance;
  /** Whether the reader was stale: its `lastReadMessageId` is not the read cursor. */
  readonly stale: boolean;
  /** The queued user messages; empty for a stale reader. */
  readonly messages: readonly Message[];
  /** For a stale reader: the messages that were handed over after its `lastReadMessageId`. */
  readonly alreadyRead: readonly Message[];
}

export interface PendingReader {
  /** The last message that the reader wrote or was handed; null if it does not say. */
  readonly lastReadMessageId: MessageId | null;
  /**
   * Whether the lease of the agent's last message stays, and covers this read too. For a reader that hands
   * the messages on to a client and cannot see whether they arrive there.
   */
  readonly onLease?: boolean;
  readonly now: Date;
}

/**
 * Hands over the queue to a reader whose `lastReadMessageId` is the read cursor. A reader with another
 * `lastReadMessageId` is stale, because another process has read meanwhile. A stale reader gets no messages,
 * and the queue stays as it is. A reader without a `lastReadMessageId` gets the queued messages, but the
 * messages stay queued.
 *
 * Knowing the read cursor shows that the agent received what was handed over before, so such a read ends the
 * lease (see `Lease`). What the read itself hands over needs none: a repeat of it is stale, and finds the
 * messages in `alreadyRead`.
 */
export function readPending(
  conversation: Conversation,
  { lastReadMessageId, onLease = false, now }: PendingReader,
): Decision<PendingRead> {
  const instance = requireInstance(conversation);
  const queued = conversation.messages.filter(isQueued).sort(byPosition);

  if (lastReadMessageId !== null && lastReadMessageId !== instance.lastReadMessageId) {
    const alreadyRead = messagesHandedOverAfter(conversation, lastReadMessageId);
    return {
      output: { instance, stale: true, messages: [], alreadyRead },
      changes: recordActivity(instance, now),
    };
  }
  const endsLease = lastReadMessageId !== null && !onLease && !isLeasedQuestionOpen(instance, conversation);
  if (lastReadMessageId === null || (queued.length === 0 && !(endsLease && instance.lease !== null))) {
    return {
      output: { instance, stale: false, messages: queued, alreadyRead: [] },
      changes: recordActivity(instance, now),
    };
  }
  const draft = new ConversationDraft(instance, conversation.messages, now);
  const messages = draft.handOverQueue();
  draft.updateInstance({ lastActivityAt: now, ...(endsLease && { lease: null }) });
  return {
    output: { instance: draft.instance, stale: false, messages, alreadyRead: [] },
    changes: draft.changes(),
  };
}

/** The answer of an open question is still to come, so nothing can show yet that it was received. */
const isLeasedQuestionOpen = ({ lease }: AgentInstance, { messages }: Conversation): boolean =>
  lease !== null && messages.some((message) => message.id === lease.messageId && isOpenQuestion(message));

/**
 * Returns the user messages that were handed over after the given message, in the order in which they were
 * handed over. That order can differ from the order of positions: an older message may be handed over later.
 */
function messagesHandedOverAfter(conversation: Conversation, messageId: MessageId): readonly Message[] {
  const givenMessage = conversation.messages.find(({ id }) => id === messageId);
  const givenVersion = givenMessage?.readVersion;
  if (givenMessage === undefined || givenVersion == null) return [];
  return conversation.messages
    .filter(
      ({ senderType, readVersion, position }) =>
        senderType === 'USER' &&
        readVersion !== null &&
        (readVersion > givenVersion || (readVersion === givenVersion && position > givenMessage.position)),
    )
    .sort((a, b) => (a.readVersion ?? 0) - (b.readVersion ?? 0) || byPosition(a, b));
}
