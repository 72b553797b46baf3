import * as v from 'valibot';
import { defineUseCase } from '../../use-case.ts';
import { viewContextFor } from '../../view-context.ts';
import { agentInstance, wireInstance } from '../../wire/agent-instance.ts';
import * as field from '../../wire/fields.ts';

/** How many instances are listed for each type. */
const MAX_RECENT_INSTANCES = 5;

/** Lists the user's agent types by name, each with its number of instances and the latest started ones. */
export const listAgentTypes = defineUseCase({
  name: 'list_agent_types',
  summary: 'List agent types with their latest instances',
  errorCodes: [],
  scopes: ['dashboard'],
  input: v.object({}),
  output: v.object({
    agent_types: v.array(
      v.object({
        id: field.shownId,
        name: v.string(),
        created_at: field.timestamp,
        recent_instances: v.array(agentInstance),
        total_instances: field.count,
        active_instances: field.count,
      }),
    ),
  }),
  async run(ports, { caller }) {
    const view = viewContextFor(ports, caller.userId);
    const types = await ports.queries.agentTypes(caller.userId, { ...view, recent: MAX_RECENT_INSTANCES });
    return {
      agent_types: types.map(({ agentType, createdAt, active, awaitingInput, completed, recent }) => ({
        id: agentType.id,
        name: agentType.name,
        created_at: createdAt.toISOString(),
        recent_instances: recent.map((overview) => wireInstance(overview, view)),
        total_instances: active + awaitingInput + completed,
        active_instances: active,
      })),
    };
  },
});
