import { questionNotFound } from '../../errors.ts';
import type { MessageId } from '../../ids.ts';
import type { AgentInstance } from '../agent-instance.ts';
import { type Conversation, type Decision, requireInstance } from '../conversation.ts';
import { ConversationDraft } from '../conversation-draft.ts';
import { byHandOff, byPosition, isOpenQuestion, isQueued, type Message } from '../message.ts';
import { type Outcome, outcomeOf, outcomesAnsweredBy, tellOutcomes } from '../outcome.ts';
import { handOffPage } from './hand-off-page.ts';
import { recordActivity } from './record-activity.ts';

/** The result of reading the queued user messages. */
export interface PendingRead {
  readonly instance: AgentInstance;
  /** Whether the reader was stale: its `lastReadMessageId` is not the read cursor. */
  readonly stale: boolean;
  /** The first queued user messages, as many as one hand-off may have; none for a stale reader. */
  readonly messages: readonly Message[];
  /**
   * For a stale reader: the first messages that were handed over after its `lastReadMessageId`, as many as
   * one hand-off may have.
   */
  readonly alreadyRead: readonly Message[];
  /** Whether there are more messages of the kind that was returned. */
  readonly more: boolean;
  /**
   * How the questions ended that the returned messages answer, or that ended without an answer. Also how the
   * reader's question ended, even if the agent was told before.
   */
  readonly outcomes: readonly Outcome[];
}

export interface PendingReader {
  /** The last message that the reader wrote or was handed; null if it does not say. */
  readonly lastReadMessageId: MessageId | null;
  /**
   * Whether the lease of the agent's last message stays, and covers this read too. For a reader that hands
   * the messages on to a client and cannot see whether they arrive there.
   */
  readonly onLease?: boolean;
  /**
   * The question whose answer the reader waits for. Another read may have been told how it ended, and would
   * be the only one to know.
   */
  readonly questionId?: MessageId | null;
  readonly now: Date;
}

/**
 * Hands over the first queued messages to a reader whose `lastReadMessageId` is the read cursor. A reader
 * with another `lastReadMessageId` is stale, because another process has read meanwhile. It gets no
 * messages, and the queue stays as it is. A reader without a `lastReadMessageId` gets the first queued
 * messages, but they stay queued.
 *
 * Knowing the read cursor shows that the agent received what was handed over before, so such a read ends the
 * lease (see `Lease`). What the read itself hands over needs none: a repeat of it is stale, and finds the
 * messages in `alreadyRead`.
 * @throws DomainError `question_not_found` if the reader's question is not in the conversation.
 */
export function readPending(conversation: Conversation, reader: PendingReader): Decision<PendingRead> {
  const { output, changes } = readQueue(conversation, reader);
  const ownOutcome = outcomeOfOwnQuestion(conversation, reader);
  const isTold = output.outcomes.some(({ questionId }) => questionId === ownOutcome?.questionId);
  if (ownOutcome === null || isTold) return { output, changes };
  return { output: { ...output, outcomes: [...output.outcomes, ownOutcome] }, changes };
}

function readQueue(
  conversation: Conversation,
  { lastReadMessageId, onLease = false, now }: PendingReader,
): Decision<PendingRead> {
  const instance = requireInstance(conversation);
  const queue = handOffPage(conversation.messages.filter(isQueued).sort(byPosition));

  if (lastReadMessageId !== null && lastReadMessageId !== instance.lastReadMessageId) {
    const { messages: alreadyRead, next } = handOffPage(
      messagesHandedOverAfter(conversation, lastReadMessageId),
    );
    return {
      output: {
        instance,
        stale: true,
        messages: [],
        alreadyRead,
        more: next !== null,
        outcomes: outcomesAnsweredBy(alreadyRead),
      },
      changes: recordActivity(conversation, now),
    };
  }
  const endsLease = lastReadMessageId !== null && !onLease && !isLeasedQuestionOpen(instance, conversation);
  if (
    lastReadMessageId === null ||
    (queue.messages.length === 0 &&
      instance.untoldEndings.length === 0 &&
      !(endsLease && instance.lease !== null))
  ) {
    return {
      output: {
        instance,
        stale: false,
        messages: queue.messages,
        alreadyRead: [],
        more: queue.next !== null,
        outcomes: outcomesAnsweredBy(queue.messages),
      },
      changes: recordActivity(conversation, now),
    };
  }
  const draft = new ConversationDraft(instance, conversation.messages, now);
  const messages = draft.handOverQueue();
  draft.updateInstance({ lastActivityAt: now, ...(endsLease && { lease: null }) });
  draft.tellStop();
  const outcomes = tellOutcomes(draft, messages);
  const more = draft.hasQueue();
  const changes = draft.changes();
  const read = { instance: changes.instance, stale: false, messages, alreadyRead: [], more, outcomes };
  return { output: read, changes };
}

/** The answer of an open question is still to come, so nothing can show yet that it was received. */
const isLeasedQuestionOpen = ({ lease }: AgentInstance, { messages }: Conversation): boolean =>
  lease !== null && messages.some((message) => message.id === lease.messageId && isOpenQuestion(message));

function outcomeOfOwnQuestion(
  { messages }: Conversation,
  { questionId }: Pick<PendingReader, 'questionId'>,
): Outcome | null {
  if (questionId == null) return null;
  const question = messages.find(({ id }) => id === questionId);
  if (question?.questionStatus == null) throw questionNotFound();
  return outcomeOf(question, messages.find(({ id }) => id === question.answerId) ?? null);
}

/** Returns the user messages that were handed over after the given message, in that order. */
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
    .sort(byHandOff);
}
