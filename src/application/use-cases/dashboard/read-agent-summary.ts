import * as v from 'valibot';
import type { AgentTypeOverview } from '../../../ports/storage/dashboard-queries.ts';
import { defineUseCase } from '../../use-case.ts';
import { viewContextFor } from '../../view-context.ts';
import * as field from '../../wire/fields.ts';

/** Counts the user's instances by status. Stale ones count as active. */
export const readAgentSummary = defineUseCase({
  name: 'read_agent_summary',
  summary: 'Count agent instances by status',
  errorCodes: [],
  scopes: ['dashboard'],
  input: v.object({}),
  output: v.object({
    total_instances: field.count,
    active_instances: field.count,
    awaiting_input_instances: field.count,
    completed_instances: field.count,
    agent_types: v.array(
      v.object({ id: field.shownId, name: v.string(), instances: field.count, active: field.count }),
    ),
  }),
  async run(ports, { caller }) {
    const view = viewContextFor(ports, caller.userId);
    const types = await ports.queries.agentTypes(caller.userId, { ...view, recent: 0 });
    const sum = (count: (type: AgentTypeOverview) => number) =>
      types.reduce((total, type) => total + count(type), 0);
    return {
      total_instances: sum(totalOf),
      active_instances: sum(({ active }) => active),
      awaiting_input_instances: sum(({ awaitingInput }) => awaitingInput),
      completed_instances: sum(({ completed }) => completed),
      agent_types: types.map((type) => ({
        id: type.agentType.id,
        name: type.agentType.name,
        instances: totalOf(type),
        active: type.active,
      })),
    };
  },
});

const totalOf = ({ active, awaitingInput, completed }: AgentTypeOverview): number =>
  active + awaitingInput + completed;
