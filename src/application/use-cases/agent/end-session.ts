import * as v from 'valibot';
import { endSession as decideEnd } from '../../../domain/conversation/lifecycle.ts';
import { agentInstanceId } from '../../../domain/ids.ts';
import { TEXT_PATTERN } from '../../../domain/text/blank.ts';
import { hasAtMostCodePoints } from '../../../domain/text/code-points.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { defineUseCase } from '../../use-case.ts';
import * as field from '../../wire/fields.ts';
import { stopRequested, wireStop } from '../../wire/stop-request.ts';

const MAX_FAILURE_LENGTH = 1000;

const failure = v.pipe(
  v.string(),
  v.check(
    (text) => hasAtMostCodePoints(text, MAX_FAILURE_LENGTH),
    `must have at most ${MAX_FAILURE_LENGTH} characters`,
  ),
  v.metadata({ maxLength: MAX_FAILURE_LENGTH, pattern: TEXT_PATTERN }),
  v.description('Why the work could not be finished. Leave it out if the work is done'),
);

/** Ends an agent instance. Ending it again changes nothing. */
export const endSession = defineUseCase({
  name: 'end_session',
  summary: 'End an agent instance',
  errorCodes: ['agent_instance_not_found', 'instance_deleted'],
  scopes: ['agent'],
  input: v.object({ agent_instance_id: field.id, failure: field.optional(failure) }),
  output: v.object({
    success: v.literal(true),
    agent_instance_id: field.shownId,
    final_status: v.picklist(['COMPLETED', 'FAILED']),
    stop_requested: stopRequested,
  }),
  async run({ repository, clock }, { caller, input, idempotency }) {
    const instanceId = agentInstanceId(input.agent_instance_id);
    const now = clock.now();
    return repository.update(
      { userId: caller.userId, agentInstanceId: instanceId, idempotencyKey: idempotency?.key ?? null },
      withIdempotency(idempotency, (conversation) => {
        const { output, changes } = decideEnd(conversation, {
          now,
          failure: input.failure?.trim() || null,
          isByAgent: true,
        });
        return {
          output: {
            success: true as const,
            agent_instance_id: instanceId,
            final_status: output.failure === null ? ('COMPLETED' as const) : ('FAILED' as const),
            stop_requested: wireStop(output.stop),
          },
          changes,
        };
      }),
    );
  },
});
