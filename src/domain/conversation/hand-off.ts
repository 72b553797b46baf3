import type { MessageId } from '../ids.ts';
import type { AgentInstance } from './agent-instance.ts';
import { type Conversation, type Decision, requireInstance } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';
import { byPosition, isQueued, type Message } from './message.ts';
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

/**
 * Hands over the queue to a reader whose `lastReadMessageId` is the read cursor. A reader with another
 * `lastReadMessageId` is stale, because another process has read meanwhile. A stale reader gets no messages,
 * and the queue stays as it is. A reader without a `lastReadMessageId` gets the queued messages, but the
 * messages stay queued.
 */
export function readPending(
  conversation: Conversation,
  { lastReadMessageId, now }: { lastReadMessageId: MessageId | null; now: Date },
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
  if (lastReadMessageId === null || queued.length === 0) {
    return {
      output: { instance, stale: false, messages: queued, alreadyRead: [] },
      changes: recordActivity(instance, now),
    };
  }
  const draft = new ConversationDraft(instance, conversation.messages, now);
  const messages = draft.handOverQueue();
  draft.updateInstance({ lastActivityAt: now });
  return {
    output: { instance: draft.instance, stale: false, messages, alreadyRead: [] },
    changes: draft.changes(),
  };
}

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
