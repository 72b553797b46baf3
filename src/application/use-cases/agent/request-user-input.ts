import * as v from 'valibot';
import { requestUserInput as decideRequest } from '../../../domain/conversation/request-user-input.ts';
import { agentMessageNotFound } from '../../../domain/errors.ts';
import { messageId } from '../../../domain/ids.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { defineUseCase } from '../../use-case.ts';
import * as field from '../../wire/fields.ts';
import { wireMessage } from '../../wire/message.ts';
import { outcomes, wireOutcome } from '../../wire/outcome.ts';
import { stopRequested, wireStop } from '../../wire/stop-request.ts';

/** Turns an earlier step into a question. */
export const requestUserInput = defineUseCase({
  name: 'request_user_input',
  summary: 'Turn an earlier step into a question',
  errorCodes: ['agent_message_not_found', 'already_requires_user_input', 'instance_deleted'],
  scopes: ['agent'],
  input: v.object({ message_id: field.id }),
  output: v.object({
    success: v.literal(true),
    message_id: field.shownId,
    agent_instance_id: field.shownId,
    messages: v.array(field.message),
    more: field.more,
    outcomes,
    stop_requested: stopRequested,
    status: v.picklist(['ok', 'stale']),
  }),
  async run({ repository, clock }, { caller, input, idempotency }) {
    const { userId } = caller;
    const stepId = messageId(input.message_id);
    // A message never moves to another instance, so the result is still right when the update runs.
    const instanceId = await repository.instanceOfMessage(userId, stepId);
    if (instanceId === null) throw agentMessageNotFound();
    const now = clock.now();
    return repository.update(
      {
        userId,
        agentInstanceId: instanceId,
        withQueuedMessages: true,
        messageId: stepId,
        idempotencyKey: idempotency?.key ?? null,
      },
      withIdempotency(idempotency, (conversation) => {
        const { output, changes } = decideRequest(conversation, { messageId: stepId, now });
        return {
          output: {
            success: true as const,
            message_id: stepId,
            agent_instance_id: instanceId,
            messages: output.handedOver.map(wireMessage),
            more: output.more,
            outcomes: output.outcomes.map(wireOutcome),
            stop_requested: wireStop(output.stop),
            status: output.stale ? ('stale' as const) : ('ok' as const),
          },
          changes,
        };
      }),
    );
  },
});
