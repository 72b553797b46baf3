import type { MessageId } from '../ids.ts';
import type { AgentInstance } from './agent-instance.ts';
import { type Conversation, type Decision, requireInstance } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';
import { byPosition, isQueued, type Message } from './message.ts';
import { recordActivity } from './record-activity.ts';

export interface PendingRead {
  readonly instance: AgentInstance;
  readonly stale: boolean;
  readonly messages: readonly Message[];
  /** For a stale reader: the messages that were handed over after its `lastReadMessageId`. */
  readonly alreadyRead: readonly Message[];
}

/**
 * Hands over the queue to a reader whose `lastReadMessageId` is the read cursor. A reader with another
 * `lastReadMessageId` is stale, because some other process has read meanwhile. A stale reader gets no
 * messages, and the queue stays as it is. A reader without a `lastReadMessageId` gets the queued messages,
 * but they stay queued.
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
 * Returns the user messages that were handed over after the given message. They are in the order of
 * hand-offs. The order of positions can differ: an older message may be handed over later.
 */
function messagesHandedOverAfter(conversation: Conversation, messageId: MessageId): readonly Message[] {
  const given = conversation.messages.find(({ id }) => id === messageId);
  const givenVersion = given?.readVersion;
  if (given === undefined || givenVersion == null) return [];
  return conversation.messages
    .filter(
      ({ senderType, readVersion, position }) =>
        senderType === 'USER' &&
        readVersion !== null &&
        (readVersion > givenVersion || (readVersion === givenVersion && position > given.position)),
    )
    .sort((a, b) => (a.readVersion ?? 0) - (b.readVersion ?? 0) || byPosition(a, b));
}
