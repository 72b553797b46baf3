import * as v from 'valibot';
import { type Conversation, hideDeletedInstance } from '../../../domain/conversation/conversation.ts';
import { postponeDeadline } from '../../../domain/conversation/question-endings.ts';
import { questionNotFound } from '../../../domain/errors.ts';
import { messageId } from '../../../domain/ids.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { defineUseCase } from '../../use-case.ts';
import { conversationMessage, wireConversationMessage } from '../../wire/conversation-message.ts';
import * as field from '../../wire/fields.ts';
import { expiresInSeconds, expiryAfter } from '../../wire/question/question-fields.ts';

/** Gives a question more time, or less. */
export const postponeQuestion = defineUseCase({
  name: 'postpone_question',
  summary: 'Move the deadline of a question',
  errorCodes: ['already_answered', 'question_not_found', 'question_over', 'question_without_deadline'],
  scopes: ['dashboard'],
  input: v.object({ question_id: field.id, expires_in_seconds: expiresInSeconds }),
  output: conversationMessage,
  async run({ repository, clock, waits, deadlines }, { caller: { userId }, input, idempotency }) {
    const questionId = messageId(input.question_id, 'question_id');
    const agentInstanceId = await repository.instanceOfMessage(userId, questionId);
    if (agentInstanceId === null) throw questionNotFound();
    const now = clock.now();
    const expiresAt = expiryAfter(input.expires_in_seconds, now);
    const agentWaiting = waits.instancesOf(userId).has(agentInstanceId);
    const question = await repository.update(
      { userId, agentInstanceId, questionId, idempotencyKey: idempotency?.key ?? null },
      withIdempotency(idempotency, (conversation: Conversation) => {
        const request = { questionId, expiresAt, now };
        const { output, changes } = postponeDeadline(hideDeletedInstance(conversation), request);
        return { output: wireConversationMessage(output, { agentWaiting }), changes };
      }),
    );
    deadlines.announce(input.expires_in_seconds);
    return question;
  },
});
