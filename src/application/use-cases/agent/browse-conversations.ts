import * as v from 'valibot';
import { defineUseCase } from '../../use-case.ts';
import { viewContextFor } from '../../view-context.ts';
import { agentInstance, wireInstance } from '../../wire/agent-instance.ts';
import * as field from '../../wire/fields.ts';
import { cursor, formatCursor, parseCursor } from '../../wire/instance-cursor.ts';

/** Lists the conversations that an agent may read, page by page, the latest started first. */
export const browseConversations = defineUseCase({
  name: 'browse_conversations',
  summary: 'List the conversations that an agent may read',
  errorCodes: [],
  scopes: ['agent', 'dashboard'],
  input: v.object({ limit: field.optional(field.limit), cursor: field.optional(cursor) }),
  output: v.object({ agent_instances: v.array(agentInstance), next_cursor: v.nullable(v.string()) }),
  async run(ports, { caller, input }) {
    const view = viewContextFor(ports, caller.userId);
    const page = await ports.queries.listInstances(caller.userId, {
      ...view,
      limit: input.limit ?? field.DEFAULT_LIMIT,
      after: input.cursor == null ? null : parseCursor(input.cursor),
      status: null,
      agentType: null,
    });
    return {
      agent_instances: (page?.instances ?? []).map((overview) => wireInstance(overview, view)),
      next_cursor: formatCursor(page?.next ?? null),
    };
  },
});
