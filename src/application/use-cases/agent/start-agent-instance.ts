import * as v from 'valibot';
import { normaliseAgentTypeName } from '../../../domain/conversation/agent-type.ts';
import { startAgentInstance as decideStart } from '../../../domain/conversation/lifecycle.ts';
import { type AgentTypeId, agentInstanceId } from '../../../domain/ids.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { defineUseCase } from '../../use-case.ts';
import { contextField, readContext } from '../../wire/agent-context.ts';
import * as field from '../../wire/fields.ts';

/** Creates an agent instance before its first message, and can give it a name. */
export const startAgentInstance = defineUseCase({
  name: 'start_agent_instance',
  summary: 'Create an agent instance before its first message',
  errorCodes: ['agent_instance_exists', 'too_many_agent_types', 'too_many_open_instances'],
  scopes: ['agent'],
  input: v.object({
    agent_type: field.agentType,
    agent_instance_id: field.optional(field.id),
    name: field.optional(field.name),
    transport: field.optional(field.name),
    context: contextField,
  }),
  output: v.object({
    agent_instance_id: field.shownId,
    agent_type_id: field.shownId,
    agent_type_name: v.string(),
    status: field.agentStatus,
    name: v.nullable(v.string()),
    instance_metadata: v.nullable(field.metadata),
  }),
  async run({ repository, clock, ids }, { caller, input, idempotency }) {
    const typeName = normaliseAgentTypeName(input.agent_type);
    const newInstance = {
      id: agentInstanceId(input.agent_instance_id ?? caller.agentInstanceId ?? ids.next()),
      agentType: { id: ids.next() as AgentTypeId, name: typeName },
      name: input.name ?? null,
      metadata: input.transport == null ? null : { transport: input.transport },
      context: readContext(input.context),
      now: clock.now(),
    };
    return repository.update(
      {
        userId: caller.userId,
        agentInstanceId: newInstance.id,
        agentTypeName: typeName,
        idempotencyKey: idempotency?.key ?? null,
      },
      withIdempotency(idempotency, (conversation) => {
        const { output, changes } = decideStart(conversation, newInstance);
        return {
          output: {
            agent_instance_id: output.id,
            agent_type_id: output.agentType.id,
            agent_type_name: output.agentType.name,
            status: output.status,
            name: output.name,
            instance_metadata: output.metadata,
          },
          changes,
        };
      }),
    );
  },
});
