import * as v from 'valibot';
import { postAgentMessage } from '../../domain/agent-speaks.ts';
import { agentTypeName } from '../../domain/agent-type.ts';
import { judgeGitDiff } from '../../domain/git-diff.ts';
import { type AgentTypeId, agentInstanceId, type MessageId } from '../../domain/ids.ts';
import * as field from '../fields.ts';
import { once } from '../idempotency.ts';
import { defineUseCase } from '../use-case.ts';
import { wireMessage } from '../wire-message.ts';

/** An agent reports a step or asks a question, and is handed what the person wrote meanwhile. */
export const sendAgentMessage = defineUseCase({
  name: 'send_agent_message',
  scope: 'agent',
  input: v.object({
    agent_instance_id: field.id,
    content: field.content,
    agent_type: field.optional(field.agentType),
    requires_user_input: field.optional(v.boolean()),
    git_diff: v.optional(v.unknown()),
    send_push: field.optional(v.boolean()),
    send_email: field.optional(v.boolean()),
    send_sms: field.optional(v.boolean()),
    message_metadata: field.optional(field.metadata),
  }),
  output: v.object({
    success: v.literal(true),
    agent_instance_id: v.string(),
    message_id: v.string(),
    queued_user_messages: v.array(field.message),
    git_diff_status: v.nullable(v.picklist(['stored', 'cut', 'cleared', 'rejected'])),
  }),
  async run({ repository, clock, ids }, { caller, input, idempotency }) {
    const instanceId = agentInstanceId(input.agent_instance_id);
    const sent = {
      agentInstanceId: instanceId,
      agentTypeName: input.agent_type == null ? null : agentTypeName(input.agent_type),
      content: input.content,
      isQuestion: input.requires_user_input ?? false,
      metadata: input.message_metadata ?? null,
      gitDiff: judgeGitDiff(input.git_diff),
      newMessageId: ids.next() as MessageId,
      newAgentTypeId: ids.next() as AgentTypeId,
      now: clock.now(),
    };
    return repository.update(
      {
        userId: caller.userId,
        agentInstanceId: instanceId,
        queue: true,
        questionCompany: sent.isQuestion,
        agentTypeName: sent.agentTypeName,
        idempotencyKey: idempotency?.key ?? null,
      },
      once(idempotency, (conversation) => {
        const { output, changes } = postAgentMessage(conversation, sent);
        return {
          output: {
            success: true as const,
            agent_instance_id: instanceId,
            message_id: output.message.id,
            queued_user_messages: output.handedOff.map(wireMessage),
            git_diff_status: output.gitDiffStatus,
          },
          changes,
        };
      }),
    );
  },
});
