import { agentTypeRequired } from '../errors.ts';
import type { AgentInstanceId, AgentTypeId, MessageId } from '../ids.ts';
import type { CheckedGitDiff, GitDiffStatus } from '../text/git-diff.ts';
import { type AgentInstance, newAgentInstance } from './agent-instance.ts';
import { normaliseAgentTypeName } from './agent-type.ts';
import { type Conversation, type Decision, requireInstance } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';
import { findRetriedMessage, isRecent } from './hand-off/lease.ts';
import type { JsonObject, Message } from './message.ts';

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
  /** Whether some of `handedOver` were handed over before, in a response that may not have arrived. */
  readonly redelivered: boolean;
  /** null if the message came without a diff. */
  readonly gitDiffStatus: GitDiffStatus | null;
  /** How many steps the agent has reported so far. */
  readonly stepCount: number;
}

/**
 * Adds a step or a question of the agent. It first hands over all queued user messages, then moves the read
 * cursor to the new message. The first message creates the instance.
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
      ? createInstance(conversation, agentMessage)
      : requireInstance(conversation);
  const draft = new ConversationDraft(instance, conversation.messages, agentMessage.now);
  const retried = findRetriedMessage(instance.lease, conversation.messages, agentMessage);
  if (retried?.questionStatus === 'answered') return repeatAnsweredQuestion(draft, retried, agentMessage);
  const openQuestion = agentMessage.isQuestion ? findOpenQuestionWithText(draft, agentMessage.content) : null;
  const { isClientGone } = agentMessage;
  const handedOverBefore =
    openQuestion !== null
      ? draft.messagesHandedOverWith(openQuestion)
      : retriedHandOffs(draft, isClientGone ? null : retried, agentMessage.now);
  draft.handOverAgain(handedOverBefore);
  // A completed instance is reopened only if user messages are handed over now.
  const wasQueueEmpty = isClientGone || draft.handOverQueue().length === 0;
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
  return posted(draft, agentMessage, { message, handedOver, redelivered });
}

/**
 * Repeats a question that has its answer. An answer that is still queued stays queued, so that the agent gets
 * it in the way in which it waits for answers.
 */
function repeatAnsweredQuestion(
  draft: ConversationDraft,
  question: Message,
  agentMessage: AgentMessage,
): Decision<AgentMessagePosted> {
  const handedOver = draft.messagesHandedOverSince(question);
  const redelivered = handedOver.length > 0;
  const deliveries = draft.instance.lease!.deliveries + (redelivered ? 1 : 0);
  draft.updateInstance({
    lastReadMessageId: question.id,
    lastActivityAt: agentMessage.now,
    lease: { messageId: question.id, deliveries },
  });
  return posted(draft, agentMessage, { message: question, handedOver, redelivered });
}

/** Returns what a retried step gets again. */
const retriedHandOffs = (draft: ConversationDraft, retried: Message | null, now: Date): readonly Message[] =>
  retried === null ? [] : draft.messagesHandedOverWith(retried).filter((message) => isRecent(message, now));

function posted(
  draft: ConversationDraft,
  { gitDiff }: AgentMessage,
  output: Pick<AgentMessagePosted, 'message' | 'handedOver' | 'redelivered'>,
): Decision<AgentMessagePosted> {
  if (gitDiff !== null) applyGitDiff(draft, gitDiff);
  const { stepCount } = draft.instance;
  return {
    output: { ...output, gitDiffStatus: gitDiff?.status ?? null, stepCount },
    changes: draft.changes(),
  };
}

function createInstance(conversation: Conversation, agentMessage: AgentMessage): AgentInstance {
  if (agentMessage.agentTypeName === null) throw agentTypeRequired();
  const agentType = conversation.agentType ?? {
    id: agentMessage.newAgentTypeId,
    name: normaliseAgentTypeName(agentMessage.agentTypeName),
  };
  return newAgentInstance({ id: agentMessage.agentInstanceId, agentType, now: agentMessage.now });
}

const findOpenQuestionWithText = (draft: ConversationDraft, content: string): Message | null =>
  draft.openQuestions().findLast((question) => question.content === content) ?? null;

function applyGitDiff(draft: ConversationDraft, gitDiff: CheckedGitDiff): void {
  if (gitDiff.status === 'stored' || gitDiff.status === 'cut') draft.setGitDiff(gitDiff.diff);
  if (gitDiff.status === 'cleared') draft.setGitDiff(null);
}
