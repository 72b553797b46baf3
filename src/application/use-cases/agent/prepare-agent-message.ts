import type { GivenContext } from '../../../domain/conversation/agent-context.ts';
import { type AgentMessagePosted, postAgentMessage } from '../../../domain/conversation/agent-messages.ts';
import { normaliseAgentTypeName } from '../../../domain/conversation/agent-type.ts';
import type { Conversation, Decision } from '../../../domain/conversation/conversation.ts';
import type { JsonObject } from '../../../domain/conversation/message.ts';
import type { Reach } from '../../../domain/conversation/reach.ts';
import type { AgentInstanceId, AgentTypeId, MessageId } from '../../../domain/ids.ts';
import { checkGitDiff } from '../../../domain/text/git-diff.ts';
import type { UpdateTarget } from '../../../ports/storage/agent-instance-repository.ts';
import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import type { Ports } from '../../use-case.ts';
import { type QuestionFields, readQuestion, readQuestionPlan } from '../../wire/question/question-fields.ts';

export interface AgentMessageInput {
  readonly agentInstanceId: AgentInstanceId;
  readonly content: string;
  readonly agentType: string | null;
  /** The name of the instance, if the message creates it. */
  readonly title: string | null;
  /** What the agent says about where it runs; null: nothing. */
  readonly context: GivenContext | null;
  readonly isQuestion: boolean;
  readonly question: QuestionFields;
  readonly hasIdempotencyKey: boolean;
  readonly clientGone: AbortSignal | null;
  readonly metadata?: JsonObject | null;
  readonly reach?: Reach | null;
  /** See `AgentMessage`. */
  readonly keepsEndings?: boolean;
  /** The diff as the client sent it, not checked yet. */
  readonly gitDiff?: unknown;
}

/** Prepares the update that posts a step or a question: what the store has to load, and the decision. */
export function prepareAgentMessage(
  { clock, ids }: Pick<Ports, 'clock' | 'ids'>,
  { userId }: Caller,
  { agentInstanceId, agentType, metadata, gitDiff, ...fields }: AgentMessageInput,
): { target: UpdateTarget; decide: (conversation: Conversation) => Decision<AgentMessagePosted> } {
  const now = clock.now();
  const { content, shape } = readQuestion(fields.content, fields.question);
  const typeName = agentType === null ? null : normaliseAgentTypeName(agentType);
  const agentMessage = {
    agentInstanceId,
    agentTypeName: typeName,
    instanceName: fields.title,
    context: fields.context,
    content,
    shape,
    isQuestion: fields.isQuestion,
    ...readQuestionPlan(fields.question, now),
    hasIdempotencyKey: fields.hasIdempotencyKey,
    metadata: metadata ?? null,
    reach: fields.reach ?? null,
    keepsEndings: fields.keepsEndings ?? false,
    gitDiff: checkGitDiff(gitDiff),
    newMessageId: ids.next() as MessageId,
    newAgentTypeId: ids.next() as AgentTypeId,
    now,
  };
  return {
    target: {
      userId,
      agentInstanceId,
      withQueuedMessages: true,
      openQuestionText: fields.isQuestion ? content : null,
      withLease: true,
      messageId: agentMessage.supersedes,
      agentTypeName: typeName,
    },
    decide: (conversation) =>
      postAgentMessage(conversation, { ...agentMessage, isClientGone: fields.clientGone?.aborted ?? false }),
  };
}
