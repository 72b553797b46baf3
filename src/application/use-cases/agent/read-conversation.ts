import * as v from 'valibot';
import { MAX_POSITION } from '../../../domain/conversation/message.ts';
import { agentInstanceNotFound } from '../../../domain/errors.ts';
import { agentInstanceId } from '../../../domain/ids.ts';
import { defineUseCase } from '../../use-case.ts';
import { viewContextFor } from '../../view-context.ts';
import { agentInstance, wireInstance } from '../../wire/agent-instance.ts';
import * as field from '../../wire/fields.ts';
import { wireMessage } from '../../wire/message.ts';

/** Reads one agent instance with its last messages, or with the last messages before a position. */
export const readConversation = defineUseCase({
  name: 'read_conversation',
  summary: 'Read one agent instance and a page of its conversation',
  errorCodes: ['agent_instance_not_found'],
  scopes: ['agent', 'dashboard'],
  input: v.object({
    agent_instance_id: field.id,
    limit: field.optional(field.limit),
    before_position: field.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_POSITION))),
  }),
  output: v.object({
    agent_instance: agentInstance,
    messages: v.array(field.message),
    /** The `before_position` of the next page; null if there are no earlier messages. */
    earlier: v.nullable(v.number()),
  }),
  async run(ports, { caller, input }) {
    const id = agentInstanceId(input.agent_instance_id);
    const view = viewContextFor(ports, caller.userId);
    const page = {
      ...view,
      limit: input.limit ?? field.DEFAULT_LIMIT,
      before: input.before_position ?? null,
    };
    const conversation = await ports.queries.readConversation(caller.userId, id, page);
    if (conversation === null || conversation.instance.status === 'DELETED') throw agentInstanceNotFound();
    const messages = conversation.messages ?? [];
    return {
      agent_instance: wireInstance(conversation, view),
      messages: messages.map(wireMessage),
      earlier: conversation.hasEarlier ? (messages[0]?.position ?? null) : null,
    };
  },
});
