import * as v from 'valibot';
import { endSession as decideEnd } from '../../../domain/conversation/lifecycle.ts';
import { agentInstanceId } from '../../../domain/ids.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { defineUseCase } from '../../use-case.ts';
import * as field from '../../wire/fields.ts';

/** Ends an agent instance. Ending it again changes nothing. */
export const endSession = defineUseCase({
  name: 'end_session',
  summary: 'End an agent instance',
  errorCodes: ['agent_instance_not_found', 'instance_deleted'],
  scopes: ['agent'],
  input: v.object({ agent_instance_id: field.id }),
  output: v.object({
    success: v.literal(true),
    agent_instance_id: field.shownId,
    final_status: v.literal('COMPLETED'),
  }),
  async run({ repository, clock }, { caller, input, idempotency }) {
    const instanceId = agentInstanceId(input.agent_instance_id);
    const now = clock.now();
    return repository.update(
      { userId: caller.userId, agentInstanceId: instanceId, idempotencyKey: idempotency?.key ?? null },
      withIdempotency(idempotency, (conversation) => ({
        output: { success: true as const, agent_instance_id: instanceId, final_status: 'COMPLETED' as const },
        changes: decideEnd(conversation, { now }).changes,
      })),
    );
  },
});
