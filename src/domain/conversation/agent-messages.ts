import { agentMessageNotFound, agentTypeRequired, alreadyRequiresUserInput } from '../errors.ts';
import type { AgentInstanceId, AgentTypeId, MessageId } from '../ids.ts';
import type { CheckedGitDiff, GitDiffStatus } from '../text/git-diff.ts';
import { type AgentInstance, newAgentInstance } from './agent-instance.ts';
import { agentTypeName } from './agent-type.ts';
import { type Conversation, type Decision, requireInstance } from './conversation.ts';
import { ConversationDraft } from './conversation-draft.ts';
import type { JsonObject, Message } from './message.ts';

export interface AgentMessage {
  readonly agentInstanceId: AgentInstanceId;
  /** Needed only when the instance does not exist yet. */
  readonly agentTypeName: string | null;
  readonly content: string;
  readonly isQuestion: boolean;
  readonly metadata: JsonObject | null;
  /** What became of the diff that came with it; null when there was none. */
  readonly gitDiff: CheckedGitDiff | null;
  /** Used when a message, or an agent type, has to be made. */
  readonly newMessageId: MessageId;
  readonly newAgentTypeId: AgentTypeId;
  readonly now: Date;
}

export interface AgentMessagePosted {
  /** The new message, or the open question of the same text it attached to. */
  readonly message: Message;
  readonly handedOff: readonly Message[];
  readonly gitDiffStatus: GitDiffStatus | null;
  /** How many steps the agent has reported so far. */
  readonly stepCount: number;
}

/**
 * An agent reports a step or asks a question. First everything queued is handed off, then the cursor
 * moves to the message itself. Creates the instance on first use.
 *
 * A question that is open already is not asked twice: the caller joins it, and is handed again what was
 * handed over with it, since the first answer may never have arrived.
 */
export function postAgentMessage(
  conversation: Conversation,
  sent: AgentMessage,
): Decision<AgentMessagePosted> {
  const instance =
    conversation.instance === null ? createInstance(conversation, sent) : requireInstance(conversation);
  const draft = new ConversationDraft(instance, conversation.messages, sent.now);
  const asked = sent.isQuestion ? findOpenQuestion(draft, sent.content) : null;
  const ended = draft.handOffQueue().length === 0 && instance.status === 'COMPLETED';

  const message =
    asked !== null
      ? draft.attachToQuestion(asked)
      : draft.post({
          id: sent.newMessageId,
          senderType: 'AGENT',
          content: sent.content,
          metadata: sent.metadata,
          requiresUserInput: sent.isQuestion,
          questionStatus: sent.isQuestion ? (ended ? 'closed' : 'open') : null,
        });
  const handedOff = draft.messagesHandedOverWith(message);

  draft.updateInstance({ lastReadMessageId: message.id, lastActivityAt: sent.now });
  if (!ended) draft.updateInstance({ status: sent.isQuestion ? 'AWAITING_INPUT' : 'ACTIVE', endedAt: null });
  if (!sent.isQuestion) draft.updateInstance({ stepCount: instance.stepCount + 1 });
  if (sent.gitDiff !== null) applyGitDiff(draft, sent.gitDiff);
  const { stepCount } = draft.instance;
  return {
    output: { message, handedOff, gitDiffStatus: sent.gitDiff?.status ?? null, stepCount },
    changes: draft.changes(),
  };
}

function createInstance(conversation: Conversation, sent: AgentMessage): AgentInstance {
  if (sent.agentTypeName === null) throw agentTypeRequired();
  const agentType = conversation.agentType ?? {
    id: sent.newAgentTypeId,
    name: agentTypeName(sent.agentTypeName),
  };
  return newAgentInstance({ id: sent.agentInstanceId, agentType, now: sent.now });
}

/** A client that lost the answer asks the same text again: it joins that question, it does not ask twice. */
const findOpenQuestion = (draft: ConversationDraft, content: string): Message | null =>
  draft.openQuestions().findLast((question) => question.content === content) ?? null;

function applyGitDiff(draft: ConversationDraft, verdict: CheckedGitDiff): void {
  if (verdict.status === 'stored' || verdict.status === 'cut') draft.setGitDiff(verdict.diff);
  if (verdict.status === 'cleared') draft.setGitDiff(null);
}

export interface UserInputRequested {
  readonly message: Message;
  readonly handedOff: readonly Message[];
  readonly stale: boolean;
}

/**
 * Turns a step into a question after the fact. If the agent has seen everything up to that step, what
 * is queued since is handed over, and the first of it is the answer. If the cursor has moved on, the
 * caller is stale and gets nothing, but the question is open all the same.
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
  const handedOff = stale ? [] : draft.handOffQueue();
  const answer = handedOff[0] ?? null;
  const ended = instance.status === 'COMPLETED' && answer === null;

  const message = draft.amend(step, {
    requiresUserInput: true,
    questionStatus: answer !== null ? 'answered' : ended ? 'closed' : 'open',
    answerId: answer?.id ?? null,
  });
  draft.updateInstance({ lastActivityAt: now });
  if (!ended) draft.updateInstance({ status: answer === null ? 'AWAITING_INPUT' : 'ACTIVE', endedAt: null });
  return { output: { message, handedOff, stale }, changes: draft.changes() };
}
