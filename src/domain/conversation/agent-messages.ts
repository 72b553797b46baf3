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
  /** The id of the message, unless it repeats an open question. */
  readonly newMessageId: MessageId;
  /** The id of the agent type, if the user does not have this agent type yet. */
  readonly newAgentTypeId: AgentTypeId;
  readonly now: Date;
}

export interface AgentMessagePosted {
  /** The new message, or the open question with the same text that it was attached to. */
  readonly message: Message;
  readonly handedOver: readonly Message[];
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
  sent: AgentMessage,
): Decision<AgentMessagePosted> {
  const instance =
    conversation.instance === null ? createInstance(conversation, sent) : requireInstance(conversation);
  const draft = new ConversationDraft(instance, conversation.messages, sent.now);
  const openQuestion = sent.isQuestion ? findOpenQuestionWithText(draft, sent.content) : null;
  // Handing over a user message reopens a completed instance.
  const wasQueueEmpty = draft.handOverQueue().length === 0;
  const staysCompleted = wasQueueEmpty && instance.status === 'COMPLETED';

  const message =
    openQuestion !== null
      ? draft.repeatOpenQuestion(openQuestion)
      : draft.post({
          id: sent.newMessageId,
          senderType: 'AGENT',
          content: sent.content,
          metadata: sent.metadata,
          requiresUserInput: sent.isQuestion,
          questionStatus: sent.isQuestion ? (staysCompleted ? 'closed' : 'open') : null,
        });
  const handedOver = draft.messagesHandedOverWith(message);

  draft.updateInstance({ lastReadMessageId: message.id, lastActivityAt: sent.now });
  if (!staysCompleted)
    draft.updateInstance({ status: sent.isQuestion ? 'AWAITING_INPUT' : 'ACTIVE', endedAt: null });
  if (!sent.isQuestion) draft.updateInstance({ stepCount: instance.stepCount + 1 });
  if (sent.gitDiff !== null) applyGitDiff(draft, sent.gitDiff);
  const { stepCount } = draft.instance;
  return {
    output: { message, handedOver, gitDiffStatus: sent.gitDiff?.status ?? null, stepCount },
    changes: draft.changes(),
  };
}

function createInstance(conversation: Conversation, sent: AgentMessage): AgentInstance {
  if (sent.agentTypeName === null) throw agentTypeRequired();
  const agentType = conversation.agentType ?? {
    id: sent.newAgentTypeId,
    name: normaliseAgentTypeName(sent.agentTypeName),
  };
  return newAgentInstance({ id: sent.agentInstanceId, agentType, now: sent.now });
}

const findOpenQuestionWithText = (draft: ConversationDraft, content: string): Message | null =>
  draft.openQuestions().findLast((question) => question.content === content) ?? null;

function applyGitDiff(draft: ConversationDraft, checked: CheckedGitDiff): void {
  if (checked.status === 'stored' || checked.status === 'cut') draft.setGitDiff(checked.diff);
  if (checked.status === 'cleared') draft.setGitDiff(null);
}

export interface UserInputRequested {
  readonly message: Message;
  readonly handedOver: readonly Message[];
  /** True if the read cursor is no longer at the step: another process has read meanwhile. */
  readonly stale: boolean;
}

/**
 * Turns an earlier step into a question. If the read cursor is still at that step, all queued user messages
 * are handed over, and the first of them is the answer. If the cursor has moved on, the caller is stale: it
 * gets no messages, but the step still becomes an open question.
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
