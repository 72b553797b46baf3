import * as v from 'valibot';
import { receiveUserMessage } from '../../../domain/conversation/user-messages.ts';
import { agentInstanceId, type MessageId } from '../../../domain/ids.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { defineUseCase } from '../../use-case.ts';
import * as field from '../../wire/fields.ts';

/**
 * Records a message that the user typed in the agent's own program. With `mark_as_read: false` it is queued
 * for the agent.
 */
export const sendUserMessage = defineUseCase({
  name: 'send_user_message',
  summary: 'Record a message that the user typed at the agent',
  errorCodes: ['agent_instance_not_found', 'instance_deleted'],
  scopes: ['agent'],
  input: v.object({
    agent_instance_id: field.id,
    content: field.content,
    mark_as_read: field.optional(v.boolean()),
  }),
  output: v.object({ success: v.literal(true), message_id: field.shownId, marked_as_read: v.boolean() }),
  async run({ repository, clock, ids }, { caller, input, idempotency }) {
    const userMessage = {
      content: input.content,
      markAsRead: input.mark_as_read ?? true,
      newMessageId: ids.next() as MessageId,
      now: clock.now(),
    };
    return repository.update(
      {
        userId: caller.userId,
        agentInstanceId: agentInstanceId(input.agent_instance_id),
        idempotencyKey: idempotency?.key ?? null,
      },
      withIdempotency(idempotency, (conversation) => {
        const { output, changes } = receiveUserMessage(conversation, userMessage);
        return {
          output: { success: true as const, message_id: output.id, marked_as_read: userMessage.markAsRead },
          changes,
        };
      }),
    );
  },
});
