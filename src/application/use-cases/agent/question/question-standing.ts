import * as v from 'valibot';
import type { AnswerRead } from '../../../../domain/conversation/hand-off/read-answer.ts';
import type { QuestionState } from '../../../../ports/storage/agent-instance-repository.ts';
import * as field from '../../../wire/fields.ts';
import { type QuestionResult, type QuestionTarget, questionResult } from './question-result.ts';

/** How a question stands, for callers that come back for its result. */
export const questionStanding = v.object({
  question_id: field.shownId,
  agent_instance_id: field.shownId,
  asked_at: field.timestamp,
  changed_at: field.timestamp,
  expires_at: v.nullable(field.timestamp),
  result: v.pipe(
    v.nullable(questionResult),
    v.description('null as long as ask_question would go on waiting'),
  ),
});

type QuestionStanding = v.InferOutput<typeof questionStanding>;

/** Whether ask_question would not wait for this question. */
export const hasResult = ({ status, instanceStatus, isStopRequested }: QuestionState): boolean =>
  status !== 'open' || isStopRequested || instanceStatus === 'DELETED';

export const wireOpenQuestion = (
  { agentInstanceId, questionId }: QuestionTarget,
  { askedAt, expiresAt }: Pick<QuestionState, 'askedAt' | 'expiresAt'>,
): QuestionStanding => ({
  question_id: questionId,
  agent_instance_id: agentInstanceId,
  asked_at: askedAt.toISOString(),
  changed_at: askedAt.toISOString(),
  expires_at: expiresAt?.toISOString() ?? null,
  result: null,
});

export const wireEndedQuestion = (
  target: QuestionTarget,
  { question, changedAt }: AnswerRead,
  result: QuestionResult,
): QuestionStanding => ({
  ...wireOpenQuestion(target, { askedAt: question.createdAt, expiresAt: question.expiresAt }),
  changed_at: changedAt.toISOString(),
  result,
});
