import { agentTypeRequired } from '../errors.ts';
import type { AgentInstanceId, AgentTypeId, MessageId } from '../ids.ts';
import type { QuestionShape } from '../question/question-shape.ts';
import type { CheckedGitDiff, GitDiffStatus } from '../text/git-diff.ts';
import { type GivenContext, mergeContext } from './agent-context.ts';
import type { AgentInstance, StopRequest } from './agent-instance.ts';
import { normaliseAgentTypeName } from './agent-type.ts';
import { type Conversation, type Decision, requireInstance } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';
import { handOffPage } from './hand-off/hand-off-page.ts';
import { findRetriedMessage, isRecent } from './hand-off/lease.ts';
import type { JsonObject, Message } from './message.ts';
import { createInstance } from './new-instance.ts';
import { type Outcome, outcomesAnsweredBy, tellOutcomes } from './outcome.ts';
import { withdrawSuperseded } from './question-endings.ts';
import type { Reach } from './reach.ts';

export interface AgentMessage {
  readonly agentInstanceId: AgentInstanceId;
  /** Required only if the instance does not exist yet. */
  readonly agentTypeName: string | null;
  /** The name of the instance, if the message creates it; absent or null: none. */
  readonly instanceName?: string | null;
  /** What the agent says about where it runs; absent or null: nothing. */
  readonly context?: GivenContext | null;
  readonly content: string;
  readonly isQuestion: boolean;
  /** What the message asks for besides a text. A step has it too, because it can become a question. */
  readonly shape?: QuestionShape | null;
  /** When the question ends by itself; absent or null: never. */
  readonly expiresAt?: Date | null;
  /** The question that this one takes the place of: it is withdrawn, if it is still open. */
  readonly supersedes?: MessageId | null;
  readonly metadata: JsonObject | null;
  /** Where the agent wants the message to be read; absent or null: as the person's rules say. */
  readonly reach?: Reach | null;
  /** The checked diff that came with the message; null if there was none. */
  readonly gitDiff: CheckedGitDiff | null;
  /** Whether the caller can repeat this call by its idempotency key. */
  readonly hasIdempotencyKey: boolean;
  /** Whether nobody reads the response: then nothing is handed over with it. */
  readonly isClientGone: boolean;
  /**
   * Whether the response has no room for how questions ended without an answer: the agent is told with its
   * next call. Absent: it is told now.
   */
  readonly keepsEndings?: boolean;
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
  /** How questions ended that the agent gets to know with the response. */
  readonly outcomes: readonly Outcome[];
  /** The person's request to stop; null if there is none. */
  readonly stop: StopRequest | null;
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
 * received the first response. If it comes with a deadline, the open question has that one from now on.
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
  const { context = null, isQuestion, shape = null, isClientGone } = agentMessage;
  if (context !== null) draft.updateInstance({ context: mergeContext(instance.context, context) });
  const retried = findRetriedMessage(instance.lease, conversation.messages, { ...agentMessage, shape });
  if (retried !== null && retried.answerId !== null) return repeatQuestion(draft, retried, agentMessage);
  // A question with the same text that is superseded is not an open one to attach to.
  if (agentMessage.supersedes != null) withdrawSuperseded(draft, agentMessage.supersedes);
  const openQuestion = isQuestion ? findRepeatedQuestion(draft, agentMessage) : null;
  const handedOverBefore =
    openQuestion !== null
      ? openQuestionHandOffs(draft, openQuestion)
      : retriedHandOffs(draft, isClientGone ? null : retried, agentMessage.now);
  if (openQuestion !== null && handOffPage(handedOverBefore).next !== null)
    return repeatQuestion(draft, openQuestion, agentMessage);
  draft.handOverAgain(handedOverBefore);
  // A completed instance is reopened only if user messages are handed over now.
  const wasQueueEmpty = isClientGone || draft.handOverQueue(handedOverBefore).length === 0;
  if (!wasQueueEmpty) draft.reopen();

  const message =
    openQuestion !== null
      ? draft.amend(openQuestion, { readVersion: draft.instance.version })
      : draft.post({
          id: agentMessage.newMessageId,
          senderType: 'AGENT',
          content: agentMessage.content,
          metadata: agentMessage.metadata,
          question: shape,
          reach: agentMessage.reach ?? null,
          ...(isQuestion && {
            requiresUserInput: true,
            questionStatus: draft.instance.status === 'COMPLETED' ? 'closed' : 'open',
            expiresAt: agentMessage.expiresAt ?? null,
          }),
        });
  const handedOver = draft.messagesHandedOverWith(message);

  draft.updateInstance({ lastReadMessageId: message.id, lastActivityAt: agentMessage.now });
  if (!isQuestion) draft.updateInstance({ stepCount: instance.stepCount + 1 });
  const redelivered = handedOverBefore.length > 0;
  const deliveries = redelivered && retried !== null ? instance.lease!.deliveries + 1 : 1;
  const needsLease = isQuestion || handedOver.length > 0;
  // A step that arrives after its client hung up may be older than what the lease is about.
  if (!isClientGone || isQuestion)
    draft.updateInstance({ lease: needsLease ? { messageId: message.id, deliveries } : null });
  return posted(draft, agentMessage, { message, handedOver, more: draft.hasQueue(), redelivered });
}

/**
 * Returns the open question that a new one repeats; null if there is none. A repeat with a deadline replaces
 * when the question ends, and how. A repeat without one says nothing about that: it may come from a program
 * that only goes on waiting.
 */
function findRepeatedQuestion(
  draft: ConversationDraft,
  { content, shape = null, expiresAt = null }: AgentMessage,
): Message | null {
  const question = draft.findOpenQuestion(content, shape);
  if (question === null || expiresAt === null) return question;
  // The markup is part of the text that people have seen.
  const markup = question.question?.markup ?? '';
  return draft.amend(question, { expiresAt, question: shape && { ...shape, markup } });
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
  { gitDiff, isClientGone, keepsEndings = false }: AgentMessage,
  output: Pick<AgentMessagePosted, 'message' | 'handedOver' | 'more' | 'redelivered'>,
): Decision<AgentMessagePosted> {
  if (gitDiff !== null) applyGitDiff(draft, gitDiff);
  if (!isClientGone) draft.tellStop();
  const outcomes = isClientGone
    ? []
    : keepsEndings
      ? outcomesAnsweredBy(output.handedOver)
      : tellOutcomes(draft, output.handedOver);
  const { stepCount, stop } = draft.instance;
  return {
    output: { ...output, outcomes, stop, gitDiffStatus: gitDiff?.status ?? null, stepCount },
    changes: draft.changes(),
  };
}

function startInstance(conversation: Conversation, agentMessage: AgentMessage): AgentInstance {
  const { agentInstanceId: id, agentTypeName, instanceName: name, newAgentTypeId, now } = agentMessage;
  if (agentTypeName === null) throw agentTypeRequired();
  const agentType = { id: newAgentTypeId, name: normaliseAgentTypeName(agentTypeName) };
  return createInstance(conversation, { id, agentType, name: name ?? null, now });
}

function applyGitDiff(draft: ConversationDraft, gitDiff: CheckedGitDiff): void {
  if (gitDiff.status === 'stored' || gitDiff.status === 'cut') draft.setGitDiff(gitDiff.diff);
  if (gitDiff.status === 'cleared') draft.setGitDiff(null);
}
