import * as v from 'valibot';
import { type AnswerRead, readAnswer } from '../../../../domain/conversation/hand-off/read-answer.ts';
import type { Outcome } from '../../../../domain/conversation/outcome.ts';
import type { AgentInstanceId, MessageId, UserId } from '../../../../domain/ids.ts';
import { withIdempotency } from '../../../dispatch/idempotency.ts';
import type { Ports } from '../../../use-case.ts';
import * as field from '../../../wire/fields.ts';
import { outcome, outcomes, wireOutcome } from '../../../wire/outcome.ts';
import { stopRequested, wireStop } from '../../../wire/stop-request.ts';

/** What an agent gets of its question. */
export const questionResult = v.object({
  answer: v.nullable(v.string()),
  question_id: field.shownId,
  agent_instance_id: field.shownId,
  status: v.picklist(['answered', 'pending', 'defaulted', 'expired', 'withdrawn', 'closed']),
  outcome: v.pipe(v.nullable(outcome), v.description('How the question ended; null while it is pending')),
  user_feedback: v.array(v.string()),
  more: field.more,
  redelivered: field.redelivered,
  outcomes,
  stop_requested: stopRequested,
});

export type QuestionResult = v.InferOutput<typeof questionResult>;

/** A question, with its user and its instance. */
export interface QuestionTarget {
  readonly userId: UserId;
  readonly agentInstanceId: AgentInstanceId;
  readonly questionId: MessageId;
}

/** Reads the answer of a question, and hands it over if there is one. */
export const readQuestionAnswer = (
  { repository, clock }: Pick<Ports, 'repository' | 'clock'>,
  target: QuestionTarget,
): Promise<AnswerRead> =>
  repository.update(
    { ...target, withQueuedMessages: true },
    withIdempotency(null, (conversation) =>
      readAnswer(conversation, { questionId: target.questionId, now: clock.now() }),
    ),
  );

/**
 * Makes the result from what was read.
 * @param otherOutcomes how earlier questions ended that the agent gets to know with this one.
 */
export const wireQuestionResult = (
  answerRead: AnswerRead,
  { agentInstanceId }: Pick<QuestionTarget, 'agentInstanceId'>,
  { redelivered, otherOutcomes }: { redelivered: boolean; otherOutcomes: readonly Outcome[] },
): QuestionResult => ({
  answer: answerRead.answer?.content ?? null,
  question_id: answerRead.question.id,
  agent_instance_id: agentInstanceId,
  status: answerRead.status === 'open' ? ('pending' as const) : answerRead.status,
  outcome: answerRead.outcome && wireOutcome(answerRead.outcome),
  outcomes: otherOutcomes.map(wireOutcome),
  stop_requested: wireStop(answerRead.stop),
  user_feedback: answerRead.feedback.map(({ content }) => content),
  more: answerRead.more,
  redelivered,
});
