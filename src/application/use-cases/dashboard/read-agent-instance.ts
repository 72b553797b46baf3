import * as v from 'valibot';
import { agentInstanceNotFound, instanceDeleted, messageNotFound } from '../../../domain/errors.ts';
import { agentInstanceId, messageId } from '../../../domain/ids.ts';
import { wireConversation } from '../../notifications/wire-conversation.ts';
import { defineUseCase } from '../../use-case.ts';
import { viewContextFor } from '../../view-context.ts';
import { agentInstance, wireInstance } from '../../wire/agent-instance.ts';
import { conversationMessage } from '../../wire/conversation-message.ts';
import * as field from '../../wire/fields.ts';

/**
 * Reads one agent instance with its git diff and its last messages, or with the last messages before a given
 * one.
 */
export const readAgentInstance = defineUseCase({
  name: 'read_agent_instance',
  summary: 'Read one agent instance with its git diff and its last messages',
  errorCodes: ['agent_instance_not_found', 'instance_deleted', 'message_not_found'],
  scopes: ['agent', 'dashboard'],
  input: v.object({
    agent_instance_id: field.id,
    message_limit: field.optional(field.limit),
    before_message_id: field.optional(field.id),
  }),
  output: v.object({
    ...agentInstance.entries,
    git_diff: v.nullable(v.string()),
    messages: v.array(conversationMessage),
    last_read_message_id: v.nullable(field.shownId),
  }),
  async run(ports, { caller, input }) {
    const view = viewContextFor(ports, caller.userId);
    const id = agentInstanceId(input.agent_instance_id);
    const conversation = await ports.queries.readConversation(caller.userId, id, {
      ...view,
      limit: input.message_limit ?? field.DEFAULT_LIMIT,
      before:
        input.before_message_id == null ? null : messageId(input.before_message_id, 'before_message_id'),
      withGitDiff: true,
    });
    if (conversation === null) throw agentInstanceNotFound();
    if (conversation.instance.status === 'DELETED') {
      // An agent has to learn that it should stop. For its owner, a deleted instance does not exist.
      throw caller.scopes.includes('dashboard') ? agentInstanceNotFound() : instanceDeleted();
    }
    const { messages } = conversation;
    if (messages === null) throw messageNotFound('before_message_id');
    return {
      ...wireInstance(conversation, view),
      git_diff: conversation.gitDiff,
      messages: await wireConversation(ports, caller, { ...conversation, messages }),
      last_read_message_id: conversation.instance.lastReadMessageId,
    };
  },
});
