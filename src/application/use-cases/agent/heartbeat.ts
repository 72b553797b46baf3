import * as v from 'valibot';
import { heartbeat as decideHeartbeat } from '../../../domain/conversation/lifecycle.ts';
import { agentInstanceId } from '../../../domain/ids.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { defineUseCase } from '../../use-case.ts';
import * as field from '../../wire/fields.ts';
import { stopRequested, wireStop } from '../../wire/stop-request.ts';

/** Records that the agent is alive. It changes no status. */
export const heartbeat = defineUseCase({
  name: 'heartbeat',
  summary: 'Report that the agent is alive',
  errorCodes: ['agent_instance_not_found', 'instance_deleted'],
  scopes: ['agent'],
  input: v.object({ agent_instance_id: field.id }),
  output: v.object({
    agent_instance_id: field.shownId,
    last_heartbeat_at: field.timestamp,
    stop_requested: stopRequested,
  }),
  async run({ repository, clock }, { caller, input, idempotency }) {
    const instanceId = agentInstanceId(input.agent_instance_id);
    const now = clock.now();
    return repository.update(
      { userId: caller.userId, agentInstanceId: instanceId, idempotencyKey: idempotency?.key ?? null },
      withIdempotency(idempotency, (conversation) => {
        const { output, changes } = decideHeartbeat(conversation, { now });
        return {
          output: {
            agent_instance_id: instanceId,
            last_heartbeat_at: now.toISOString(),
            stop_requested: wireStop(output.stop),
          },
          changes,
        };
      }),
    );
  },
});
