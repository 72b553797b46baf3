import * as v from 'valibot';
import type { Conversation } from '../../../domain/conversation/conversation.ts';
import { deleteInstance } from '../../../domain/conversation/lifecycle.ts';
import { agentInstanceId } from '../../../domain/ids.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { defineUseCase } from '../../use-case.ts';
import * as field from '../../wire/fields.ts';

/** Deletes an agent instance. Its agents are told to stop, and the user can restore it for 30 days. */
export const deleteAgentInstance = defineUseCase({
  name: 'delete_agent_instance',
  summary: 'Delete an agent instance and tell its agents to stop',
  errorCodes: ['agent_instance_not_found'],
  scopes: ['dashboard'],
  input: v.object({ agent_instance_id: field.id }),
  output: v.object({}),
  async run({ repository, clock }, { caller, input, idempotency }) {
    const now = clock.now();
    return repository.update(
      {
        userId: caller.userId,
        agentInstanceId: agentInstanceId(input.agent_instance_id),
        idempotencyKey: idempotency?.key ?? null,
      },
      withIdempotency(idempotency, (conversation: Conversation) => ({
        output: {},
        changes: deleteInstance(conversation, { now }).changes,
      })),
    );
  },
});
