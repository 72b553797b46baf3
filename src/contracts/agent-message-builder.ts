import type { AgentMessage } from '../domain/conversation/agent-messages.ts';
import type { AgentInstanceId } from '../domain/ids.ts';
import { NOW, newId } from './test-values.ts';

/** Builds a step without a git diff. Its ids are new. */
export const anAgentMessage = (
  agentInstanceId: AgentInstanceId,
  fields: Partial<AgentMessage> = {},
): AgentMessage => ({
  agentInstanceId,
  agentTypeName: 'claude-code',
  content: 'a step',
  isQuestion: false,
  metadata: null,
  gitDiff: null,
  hasIdempotencyKey: false,
  isClientGone: false,
  newMessageId: newId(),
  newAgentTypeId: newId(),
  now: NOW,
  ...fields,
});
