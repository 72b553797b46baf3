import { agentMessageNotFound, agentTypeRequired, alreadyRequiresUserInput } from '../errors.ts';
import type { AgentInstanceId, AgentTypeId, MessageId } from '../ids.ts';
import type { CheckedGitDiff, GitDiffStatus } from '../text/git-diff.ts';
import { type AgentInstance, newAgentInstance } from './agent-instance.ts';
import { normaliseAgentTypeName } from './agent-type.ts';
import { type Conversation, type Decision, requireInstance } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';
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
  /** The id for the new message. It is not used if the message repeats an open question. */
  readonly newMessageId: MessageId;
  /**
   * The id for the agent type, if the message creates it. It is not used if the user has this agent type
   * already.
   */
  readonly newAgentTypeId: AgentTypeId;
  readonly now: Date;
}

export interface AgentMessagePosted {
  /** The new message. If it repeats an open question, that question instead. */
  readonly message: Message;
  /** The user messages that the agent gets with the response. */
  readonly handedOver: readonly Message[];
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
  const openQuestion = agentMessage.isQuestion ? findOpenQuestionWithText(draft, agentMessage.content) : null;
  // A completed instance is reopened only if user messages are handed over now.
  const wasQueueEmpty = draft.handOverQueue().length === 0;
  const staysCompleted = wasQueueEmpty && instance.status === 'COMPLETED';

  const message =
    openQuestion !== null
      ? draft.repeatOpenQuestion(openQuestion)
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
  if (agentMessage.gitDiff !== null) applyGitDiff(draft, agentMessage.gitDiff);
  const { stepCount } = draft.instance;
  return {
    output: { message, handedOver, gitDiffStatus: agentMessage.gitDiff?.status ?? null, stepCount },
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

export interface UserInputRequested {
  /** The step, which is a question now. */
  readonly message: Message;
  /** The user messages that the agent gets with the response. */
  readonly handedOver: readonly Message[];
  /** Whether the read cursor has moved on from the step, because another process has read meanwhile. */
  readonly stale: boolean;
}

/**
 * Turns an earlier step into a question. If the read cursor is still at that step, all queued user messages
 * are handed over, and the first of them is the answer. If the cursor has moved on, the caller is a stale
 * reader: it gets no messages, but the step still becomes an open question.
 */
export function requestUserInput(
  conversation: Conversation,
  { messageId, now }: { messageId: MessageId; now: Date },
): Decision<UserInputRequested> {
  const instance = requireInstance(conversation);
  const step = conversation.messages.find((message) => message.id === messageId);
  if (step?.senderType !== 'AGENT') throw agentMessageNotFound();
  if (step.requiresUserInput) throw alreadyRequiresUserInput();

  const draft = new ConversationDraft(instance, conversation.messages, now);
  const stale = instance.lastReadMessageId !== messageId;
  const handedOver = stale ? [] : draft.handOverQueue();
  const answer = handedOver[0] ?? null;
  const staysCompleted = instance.status === 'COMPLETED' && answer === null;

  const message = draft.amend(step, {
    requiresUserInput: true,
    questionStatus: answer !== null ? 'answered' : staysCompleted ? 'closed' : 'open',
    answerId: answer?.id ?? null,
  });
  draft.updateInstance({ lastActivityAt: now });
  if (!staysCompleted)
    draft.updateInstance({ status: answer === null ? 'AWAITING_INPUT' : 'ACTIVE', endedAt: null });
  return { output: { message, handedOver, stale }, changes: draft.changes() };
}
