import { agentTypeRequired } from '../errors.ts';
import type { AgentInstanceId, AgentTypeId, MessageId } from '../ids.ts';
import type { CheckedGitDiff, GitDiffStatus } from '../text/git-diff.ts';
import type { AgentInstance } from './agent-instance.ts';
import { normaliseAgentTypeName } from './agent-type.ts';
import { type Conversation, type Decision, requireInstance } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';
import { handOffPage } from './hand-off/hand-off-page.ts';
import { findRetriedMessage, isRecent } from './hand-off/lease.ts';
import type { JsonObject, Message } from './message.ts';
import { createInstance } from './new-instance.ts';

export interface AgentMessage {
  readonly agentInstanceId: AgentInstanceId;
  /** Required only if the instance does not exist yet. */
  readonly agentTypeName: string | null;
  readonly content: string;
  readonly isQuestion: boolean;
  readonly metadata: JsonObject | null;
  /** The checked diff that came with the message; null if there was none. */
  readonly gitDiff: CheckedGitDiff | null;
  /** Whether the caller can repeat this call by its idempotency key. */
  readonly hasIdempotencyKey: boolean;
  /** Whether nobody reads the response: then nothing is handed over with it. */
  readonly isClientGone: boolean;
  /** The id for the new message. It is not used if the message repeats a question. */
  readonly newMessageId: MessageId;
  /**
   * The id for the agent type, if the message creates it. It is not used if the user has this agent type
   * already.
   */
  readonly newAgentTypeId: AgentTypeId;
  readonly now: Date;
}

export interface AgentMessagePosted {
  /** The new message. If it repeats a question, that question instead. */
  readonly message: Message;
  /** The user messages that the agent gets with the response. */
  readonly handedOver: readonly Message[];
  /** Whether there are more user messages for the agent than `handedOver`. */
  readonly more: boolean;
  /** Whether some of `handedOver` were handed over before, in a response that may not have arrived. */
  readonly redelivered: boolean;
  /** null if the message came without a diff. */
  readonly gitDiffStatus: GitDiffStatus | null;
  /** How many steps the agent has reported so far. */
  readonly stepCount: number;
}

/**
 * Adds a step or a question of the agent. It first hands over the queued user messages that fit into one
 * hand-off, then moves the read cursor to the new message. The first message creates the instance.
 *
 * A question with the same text as an open question is not added again. The open question is returned
 * instead, together with all user messages that were handed over with it, because the agent may not have
 * received the first response.
 *
 * A message that retries the leased one (see `Lease`) gets what was handed over since. A retried step is
 * added again, because agents also report equal steps on purpose. A retried question is not: its answer is
 * there.
 */
export function postAgentMessage(
  conversation: Conversation,
  agentMessage: AgentMessage,
): Decision<AgentMessagePosted> {
  const instance =
    conversation.instance === null
      ? startInstance(conversation, agentMessage)
      : requireInstance(conversation);
  const draft = new ConversationDraft(instance, conversation.messages, agentMessage.now);
  const retried = findRetriedMessage(instance.lease, conversation.messages, agentMessage);
  if (retried?.questionStatus === 'answered') return repeatQuestion(draft, retried, agentMessage);
  const openQuestion = agentMessage.isQuestion ? draft.openQuestionWithText(agentMessage.content) : null;
  const { isClientGone } = agentMessage;
  const handedOverBefore =
    openQuestion !== null
      ? openQuestionHandOffs(draft, openQuestion)
      : retriedHandOffs(draft, isClientGone ? null : retried, agentMessage.now);
  if (openQuestion !== null && handOffPage(handedOverBefore).next !== null)
    return repeatQuestion(draft, openQuestion, agentMessage);
  draft.handOverAgain(handedOverBefore);
  // A completed instance is reopened only if user messages are handed over now.
  const wasQueueEmpty = isClientGone || draft.handOverQueue(handedOverBefore).length === 0;
  const staysCompleted = wasQueueEmpty && instance.status === 'COMPLETED';

  const message =
    openQuestion !== null
      ? draft.amend(openQuestion, { readVersion: draft.instance.version })
      : draft.post({
          id: agentMessage.newMessageId,
          senderType: 'AGENT',
          content: agentMessage.content,
          metadata: agentMessage.metadata,
          requiresUserInput: agentMessage.isQuestion,
          questionStatus: agentMessage.isQuestion ? (staysCompleted ? 'closed' : 'open') : null,
        });
  const handedOver = draft.messagesHandedOverWith(message);

  draft.updateInstance({ lastReadMessageId: message.id, lastActivityAt: agentMessage.now });
  if (!staysCompleted)
    draft.updateInstance({ status: agentMessage.isQuestion ? 'AWAITING_INPUT' : 'ACTIVE', endedAt: null });
  if (!agentMessage.isQuestion) draft.updateInstance({ stepCount: instance.stepCount + 1 });
  const redelivered = handedOverBefore.length > 0;
  const deliveries = redelivered && retried !== null ? instance.lease!.deliveries + 1 : 1;
  const needsLease = agentMessage.isQuestion || handedOver.length > 0;
  // A step that arrives after its client hung up may be older than what the lease is about.
  if (!isClientGone || agentMessage.isQuestion)
    draft.updateInstance({ lease: needsLease ? { messageId: message.id, deliveries } : null });
  return posted(draft, agentMessage, { message, handedOver, more: draft.hasQueue(), redelivered });
}

/**
 * Repeats a question that has its answer, or an open one with which and after which more was handed over than
 * fits into one hand-off. An answer that is still queued stays queued, so that the agent gets it in the way
 * in which it waits for answers.
 */
function repeatQuestion(
  draft: ConversationDraft,
  question: Message,
  agentMessage: AgentMessage,
): Decision<AgentMessagePosted> {
  const { messages: handedOver, next } = handOffPage(draft.messagesHandedOverSince(question));
  const redelivered = handedOver.length > 0;
  // The deliveries of an answer count from the first one, however often its question was repeated before.
  const isAnswerSent = draft.isAnswerHandedOver(question);
  draft.updateInstance({
    // If the read cursor stays, the agent is a stale reader: `readPending` returns the rest.
    ...(next === null && { lastReadMessageId: question.id }),
    lastActivityAt: agentMessage.now,
    lease: {
      messageId: question.id,
      deliveries: isAnswerSent ? (draft.instance.lease?.deliveries ?? 1) + 1 : 1,
    },
  });
  const more = next !== null || draft.hasQueue();
  return posted(draft, agentMessage, { message: question, handedOver, more, redelivered });
}

/** Returns what a repeated open question gets again: if it is leased, also what was handed over after it. */
const openQuestionHandOffs = (draft: ConversationDraft, question: Message): readonly Message[] =>
  draft.instance.lease?.messageId === question.id
    ? draft.messagesHandedOverSince(question)
    : draft.messagesHandedOverWith(question);

/** Returns what a retried step gets again. */
const retriedHandOffs = (draft: ConversationDraft, retried: Message | null, now: Date): readonly Message[] =>
  retried === null ? [] : draft.messagesHandedOverWith(retried).filter((message) => isRecent(message, now));

function posted(
  draft: ConversationDraft,
  { gitDiff }: AgentMessage,
  output: Pick<AgentMessagePosted, 'message' | 'handedOver' | 'more' | 'redelivered'>,
): Decision<AgentMessagePosted> {
  if (gitDiff !== null) applyGitDiff(draft, gitDiff);
  const { stepCount } = draft.instance;
  return {
    output: { ...output, gitDiffStatus: gitDiff?.status ?? null, stepCount },
    changes: draft.changes(),
  };
}

function startInstance(conversation: Conversation, agentMessage: AgentMessage): AgentInstance {
  const { agentInstanceId: id, agentTypeName, newAgentTypeId, now } = agentMessage;
  if (agentTypeName === null) throw agentTypeRequired();
  const agentType = { id: newAgentTypeId, name: normaliseAgentTypeName(agentTypeName) };
  return createInstance(conversation, { id, agentType, now });
}

function applyGitDiff(draft: ConversationDraft, gitDiff: CheckedGitDiff): void {
  if (gitDiff.status === 'stored' || gitDiff.status === 'cut') draft.setGitDiff(gitDiff.diff);
  if (gitDiff.status === 'cleared') draft.setGitDiff(null);
}
