import * as v from 'valibot';
import { agentInstanceId } from '../../domain/ids.ts';
import * as field from '../fields.ts';
import { defineUseCase } from '../use-case.ts';
import { agentInstance, wireInstance } from '../wire-agent-instance.ts';

/** The caller's agent instances, the latest started first, page by page. */
export const listAgentInstances = defineUseCase({
  name: 'list_agent_instances',
  scopes: ['agent', 'dashboard'],
  input: v.object({
    limit: field.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200))),
    cursor: field.optional(field.id),
  }),
  output: v.object({ agent_instances: v.array(agentInstance), next_cursor: v.nullable(v.string()) }),
  async run({ queries }, { caller, input }) {
    const after = input.cursor == null ? null : agentInstanceId(input.cursor, 'cursor');
    const { instances, next } = await queries.listInstances(caller.userId, {
      limit: input.limit ?? 50,
      after,
    });
    return { agent_instances: instances.map(wireInstance), next_cursor: next };
  },
});
