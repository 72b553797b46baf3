import * as v from 'valibot';
import { agentInstanceNotFound, messageNotFound } from '../../../domain/errors.ts';
import { agentInstanceId, messageId } from '../../../domain/ids.ts';
import { wireConversation } from '../../notifications/wire-conversation.ts';
import { defineUseCase } from '../../use-case.ts';
import { viewContextFor } from '../../view-context.ts';
import { conversationMessage } from '../../wire/conversation-message.ts';
import * as field from '../../wire/fields.ts';

/** Lists the last messages of a conversation, or the last ones before a message, oldest first. */
export const listMessages = defineUseCase({
  name: 'list_messages',
  summary: 'List the messages of a conversation',
  errorCodes: ['agent_instance_not_found', 'message_not_found'],
  scopes: ['dashboard'],
  input: v.object({
    agent_instance_id: field.id,
    limit: field.optional(field.limit),
    before_message_id: field.optional(field.id),
  }),
  output: v.object({ messages: v.array(conversationMessage) }),
  async run(ports, { caller, input }) {
    const conversation = await ports.queries.readConversation(
      caller.userId,
      agentInstanceId(input.agent_instance_id),
      {
        ...viewContextFor(ports, caller.userId),
        limit: input.limit ?? field.DEFAULT_LIMIT,
        before:
          input.before_message_id == null ? null : messageId(input.before_message_id, 'before_message_id'),
      },
    );
    if (conversation === null || conversation.instance.status === 'DELETED') throw agentInstanceNotFound();
    const { messages } = conversation;
    if (messages === null) throw messageNotFound('before_message_id');
    return {
      messages: await wireConversation(ports, caller, { ...conversation, messages }),
    };
  },
});
