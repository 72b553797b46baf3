import * as v from 'valibot';
import { withdrawQuestion as decideWithdrawal } from '../../../../domain/conversation/question-endings.ts';
import { questionNotFound } from '../../../../domain/errors.ts';
import { messageId } from '../../../../domain/ids.ts';
import { withIdempotency } from '../../../dispatch/idempotency.ts';
import { defineUseCase } from '../../../use-case.ts';
import * as field from '../../../wire/fields.ts';
import { stopRequested, wireStop } from '../../../wire/stop-request.ts';

/** Takes a question of the agent back that needs no answer any more. Withdrawing it again is no error. */
export const withdrawQuestion = defineUseCase({
  name: 'withdraw_question',
  summary: 'Take a question back that needs no answer any more',
  errorCodes: ['already_answered', 'instance_deleted', 'question_not_found', 'question_over'],
  scopes: ['agent'],
  input: v.object({ question_id: field.id }),
  output: v.object({
    success: v.literal(true),
    question_id: field.shownId,
    agent_instance_id: field.shownId,
    status: v.literal('withdrawn'),
    stop_requested: stopRequested,
  }),
  async run({ repository, clock }, { caller: { userId }, input, idempotency }) {
    const questionId = messageId(input.question_id, 'question_id');
    const agentInstanceId = await repository.instanceOfMessage(userId, questionId);
    if (agentInstanceId === null) throw questionNotFound();
    const now = clock.now();
    return repository.update(
      { userId, agentInstanceId, questionId, idempotencyKey: idempotency?.key ?? null },
      withIdempotency(idempotency, (conversation) => {
        const { changes } = decideWithdrawal(conversation, { questionId, now });
        return {
          output: {
            success: true as const,
            question_id: questionId,
            agent_instance_id: agentInstanceId,
            status: 'withdrawn' as const,
            stop_requested: wireStop((changes ?? conversation).instance?.stop ?? null),
          },
          changes,
        };
      }),
    );
  },
});
