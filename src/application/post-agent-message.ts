import { type AgentMessagePosted, postAgentMessage } from '../domain/agent-speaks.ts';
import { agentTypeName } from '../domain/agent-type.ts';
import type { Conversation, Decision } from '../domain/conversation.ts';
import { judgeGitDiff } from '../domain/git-diff.ts';
import type { AgentInstanceId, AgentTypeId, MessageId } from '../domain/ids.ts';
import type { JsonObject } from '../domain/message.ts';
import type { UpdateTarget } from '../ports/agent-instance-repository.ts';
import type { Caller } from '../ports/token-verifier.ts';
import type { Ports } from './use-case.ts';

export interface AgentMessageInput {
  readonly agentInstanceId: AgentInstanceId;
  readonly content: string;
  readonly agentType: string | null;
  readonly isQuestion: boolean;
  readonly metadata?: JsonObject | null;
  /** As the client sent it. */
  readonly gitDiff?: unknown;
}

/** What posting a step or a question needs to have loaded, and the decision to make of it. */
export function agentMessagePosting(
  { clock, ids }: Pick<Ports, 'clock' | 'ids'>,
  { userId }: Caller,
  { agentInstanceId, content, agentType, isQuestion, metadata, gitDiff }: AgentMessageInput,
): { target: UpdateTarget; decide: (conversation: Conversation) => Decision<AgentMessagePosted> } {
  const typeName = agentType === null ? null : agentTypeName(agentType);
  const sent = {
    agentInstanceId,
    agentTypeName: typeName,
    content,
    isQuestion,
    metadata: metadata ?? null,
    gitDiff: judgeGitDiff(gitDiff),
    newMessageId: ids.next() as MessageId,
    newAgentTypeId: ids.next() as AgentTypeId,
    now: clock.now(),
  };
  return {
    target: { userId, agentInstanceId, queue: true, questionCompany: isQuestion, agentTypeName: typeName },
    decide: (conversation) => postAgentMessage(conversation, sent),
  };
}
