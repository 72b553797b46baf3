import * as v from 'valibot';
import { canBeRestored } from '../../../domain/conversation/lifecycle.ts';
import { defineUseCase } from '../../use-case.ts';
import { viewContextFor } from '../../view-context.ts';
import { agentInstance, wireInstance } from '../../wire/agent-instance.ts';
import * as field from '../../wire/fields.ts';
import { cursor, formatCursor, parseCursor } from '../../wire/instance-cursor.ts';

/**
 * Lists the deleted agent instances that can still be restored, the latest started first. They are in no
 * other list.
 */
export const listDeletedInstances = defineUseCase({
  name: 'list_deleted_instances',
  summary: 'List deleted agent instances that can be restored, the latest started first',
  errorCodes: [],
  scopes: ['dashboard'],
  input: v.object({ limit: field.optional(field.limit), cursor: field.optional(cursor) }),
  output: v.object({ agent_instances: v.array(agentInstance), next_cursor: v.nullable(v.string()) }),
  async run(ports, { caller, input }) {
    const view = viewContextFor(ports, caller.userId);
    const page = await ports.queries.listInstances(caller.userId, {
      ...view,
      limit: input.limit ?? field.DEFAULT_LIMIT,
      after: input.cursor == null ? null : parseCursor(input.cursor),
      status: 'DELETED',
      agentType: null,
    });
    const now = ports.clock.now();
    const restorable = (page?.instances ?? []).filter(({ instance }) => canBeRestored(instance, now));
    return {
      agent_instances: restorable.map((overview) => wireInstance(overview, view)),
      next_cursor: formatCursor(page?.next ?? null),
    };
  },
});
