import * as v from 'valibot';
import { normaliseAgentTypeName } from '../../../domain/conversation/agent-type.ts';
import { receiveUserMessage } from '../../../domain/conversation/user-messages.ts';
import { type AgentTypeId, agentInstanceId, type MessageId } from '../../../domain/ids.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { defineUseCase } from '../../use-case.ts';
import { contextField, readContext } from '../../wire/agent-context.ts';
import * as field from '../../wire/fields.ts';
import { stopRequested, wireStop } from '../../wire/stop-request.ts';

/**
 * Records a message that the user typed in the agent's own program. With `mark_as_read: false` it is queued
 * for the agent.
 */
export const sendUserMessage = defineUseCase({
  name: 'send_user_message',
  summary: 'Record a message that the user typed at the agent',
  errorCodes: [
    'agent_instance_not_found',
    'instance_deleted',
    'too_many_agent_types',
    'too_many_open_instances',
  ],
  scopes: ['agent'],
  input: v.object({
    agent_instance_id: field.id,
    content: field.content,
    mark_as_read: field.optional(v.boolean()),
    agent_type: field.optional(
      v.pipe(
        field.agentType,
        v.description(
          'For the program in which the message was typed: creates the instance if it is new, opens an ended one again, and names one without a name after its first message',
        ),
      ),
    ),
    context: contextField,
    answers_question: field.optional(
      v.pipe(
        v.boolean(),
        v.description('False: the message answers no open question. Default: it answers the newest one'),
      ),
    ),
  }),
  output: v.object({
    success: v.literal(true),
    message_id: field.shownId,
    marked_as_read: v.boolean(),
    stop_requested: stopRequested,
  }),
  async run({ repository, clock, ids }, { caller, input, idempotency }) {
    const instanceId = agentInstanceId(input.agent_instance_id);
    const typeName = input.agent_type == null ? null : normaliseAgentTypeName(input.agent_type);
    const userMessage = {
      answersQuestion: input.answers_question ?? true,
      ownProgram:
        typeName === null
          ? null
          : {
              agentInstanceId: instanceId,
              agentType: { id: ids.next() as AgentTypeId, name: typeName },
            },
      context: readContext(input.context),
      content: input.content,
      markAsRead: input.mark_as_read ?? true,
      newMessageId: ids.next() as MessageId,
      now: clock.now(),
    };
    return repository.update(
      {
        userId: caller.userId,
        agentInstanceId: instanceId,
        agentTypeName: typeName,
        idempotencyKey: idempotency?.key ?? null,
      },
      withIdempotency(idempotency, (conversation) => {
        const { output, changes } = receiveUserMessage(conversation, userMessage);
        return {
          output: {
            success: true as const,
            message_id: output.id,
            marked_as_read: userMessage.markAsRead,
            stop_requested: wireStop((changes ?? conversation).instance?.stop ?? null),
          },
          changes,
        };
      }),
    );
  },
});
