import * as v from 'valibot';
import { normaliseAgentTypeName } from '../../../domain/conversation/agent-type.ts';
import { agentTypeNotFound } from '../../../domain/errors.ts';
import { agentTypeId } from '../../../domain/ids.ts';
import { defineUseCase } from '../../use-case.ts';
import { viewContextFor } from '../../view-context.ts';
import { agentInstance, wireInstance } from '../../wire/agent-instance.ts';
import * as field from '../../wire/fields.ts';
import { cursor, formatCursor, parseCursor } from '../../wire/instance-cursor.ts';

const input = v.object({
  limit: field.optional(field.limit),
  cursor: field.optional(cursor),
  status: field.optional(v.picklist(['ACTIVE', 'STALE', 'AWAITING_INPUT', 'COMPLETED', 'FAILED'])),
  agent_type: field.optional(field.agentType),
  agent_type_id: field.optional(field.id),
});

/**
 * Lists the user's agent instances, or those of one type or status, page by page. The latest started instance
 * comes first. The start of an instance never changes, so paging shows each instance once, even if instances
 * are created or changed meanwhile.
 */
export const listAgentInstances = defineUseCase({
  name: 'list_agent_instances',
  summary: 'List agent instances, the latest started first',
  errorCodes: ['agent_type_not_found'],
  scopes: ['dashboard'],
  input,
  output: v.object({ agent_instances: v.array(agentInstance), next_cursor: v.nullable(v.string()) }),
  async run(ports, { caller, input: filter }) {
    const view = viewContextFor(ports, caller.userId);
    const page = await ports.queries.listInstances(caller.userId, {
      ...view,
      limit: filter.limit ?? field.DEFAULT_LIMIT,
      after: filter.cursor == null ? null : parseCursor(filter.cursor),
      status: filter.status ?? null,
      agentType: selectAgentType(filter),
    });
    if (page === null) throw agentTypeNotFound();
    return {
      agent_instances: page.instances.map((overview) => wireInstance(overview, view)),
      next_cursor: formatCursor(page.next),
    };
  },
});

/**
 * Returns the agent type to filter by; null: all types. An unknown name gives an empty list; an unknown id is
 * an error.
 */
function selectAgentType({ agent_type: name, agent_type_id: id }: v.InferOutput<typeof input>) {
  if (id != null) return { id: agentTypeId(id) };
  return name == null ? null : { name: normaliseAgentTypeName(name) };
}
