import * as v from 'valibot';
import { type Conversation, hideDeletedInstance } from '../../../domain/conversation/conversation.ts';
import { receiveUserMessage } from '../../../domain/conversation/user-messages.ts';
import { agentInstanceId, type MessageId, messageId } from '../../../domain/ids.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { defineUseCase } from '../../use-case.ts';
import { conversationMessage, wireConversationMessage } from '../../wire/conversation-message.ts';
import * as field from '../../wire/fields.ts';

/** Records a message or an answer of the user. It is queued until the agent reads it. */
export const writeToAgent = defineUseCase({
  name: 'write_to_agent',
  summary: 'Write to an agent, or answer one of its questions',
  errorCodes: [
    'agent_instance_not_found',
    'already_answered',
    'answer_does_not_fit',
    'question_not_found',
    'question_over',
  ],
  scopes: ['dashboard'],
  input: v.object({
    agent_instance_id: field.id,
    content: field.content,
    in_reply_to: field.optional(field.id),
  }),
  output: conversationMessage,
  async run({ repository, clock, ids }, { caller, input, idempotency }) {
    const questionId = input.in_reply_to == null ? null : messageId(input.in_reply_to, 'in_reply_to');
    const userMessage = {
      content: input.content,
      markAsRead: false,
      inReplyTo: questionId,
      newMessageId: ids.next() as MessageId,
      now: clock.now(),
    };
    return repository.update(
      {
        userId: caller.userId,
        agentInstanceId: agentInstanceId(input.agent_instance_id),
        questionId,
        idempotencyKey: idempotency?.key ?? null,
      },
      withIdempotency(idempotency, (conversation: Conversation) => {
        const { output, changes } = receiveUserMessage(hideDeletedInstance(conversation), userMessage);
        return { output: wireConversationMessage(output, { agentWaiting: false }), changes };
      }),
    );
  },
});
