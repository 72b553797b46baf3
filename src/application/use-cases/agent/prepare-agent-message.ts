import { type AgentMessagePosted, postAgentMessage } from '../../../domain/conversation/agent-messages.ts';
import { normaliseAgentTypeName } from '../../../domain/conversation/agent-type.ts';
import type { Conversation, Decision } from '../../../domain/conversation/conversation.ts';
import type { JsonObject } from '../../../domain/conversation/message.ts';
import type { AgentInstanceId, AgentTypeId, MessageId } from '../../../domain/ids.ts';
import { checkGitDiff } from '../../../domain/text/git-diff.ts';
import type { UpdateTarget } from '../../../ports/storage/agent-instance-repository.ts';
import type { Caller } from '../../../ports/tokens/token-verifier.ts';
import type { Ports } from '../../use-case.ts';

export interface AgentMessageInput {
  readonly agentInstanceId: AgentInstanceId;
  readonly content: string;
  readonly agentType: string | null;
  readonly isQuestion: boolean;
  readonly hasIdempotencyKey: boolean;
  readonly clientGone: AbortSignal | null;
  readonly metadata?: JsonObject | null;
  /** The diff as the client sent it, not checked yet. */
  readonly gitDiff?: unknown;
}

/** Prepares the update that posts a step or a question: what the store has to load, and the decision. */
export function prepareAgentMessage(
  { clock, ids }: Pick<Ports, 'clock' | 'ids'>,
  { userId }: Caller,
  { agentInstanceId, content, agentType, metadata, gitDiff, ...fields }: AgentMessageInput,
): { target: UpdateTarget; decide: (conversation: Conversation) => Decision<AgentMessagePosted> } {
  const typeName = agentType === null ? null : normaliseAgentTypeName(agentType);
  const agentMessage = {
    agentInstanceId,
    agentTypeName: typeName,
    content,
    isQuestion: fields.isQuestion,
    hasIdempotencyKey: fields.hasIdempotencyKey,
    metadata: metadata ?? null,
    gitDiff: checkGitDiff(gitDiff),
    newMessageId: ids.next() as MessageId,
    newAgentTypeId: ids.next() as AgentTypeId,
    now: clock.now(),
  };
  return {
    target: {
      userId,
      agentInstanceId,
      withQueuedMessages: true,
      openQuestionText: fields.isQuestion ? content : null,
      withLease: true,
      agentTypeName: typeName,
    },
    decide: (conversation) =>
      postAgentMessage(conversation, { ...agentMessage, isClientGone: fields.clientGone?.aborted ?? false }),
  };
}
