import * as v from 'valibot';
import type { Outcome } from '../../../../domain/conversation/outcome.ts';
import { questionNotFound } from '../../../../domain/errors.ts';
import { messageId } from '../../../../domain/ids.ts';
import type { QuestionState } from '../../../../ports/storage/agent-instance-repository.ts';
import { type Call, defineUseCase, type Ports } from '../../../use-case.ts';
import { postNewQuestion } from './post-new-question.ts';
import { hasTextForFields, hasTextOrId, type QuestionInput, questionInputEntries } from './question-input.ts';
import { type QuestionTarget, readQuestionAnswer, wireQuestionResult } from './question-result.ts';
import { hasResult, questionStanding, wireEndedQuestion, wireOpenQuestion } from './question-standing.ts';

/**
 * Asks a question, or finds an earlier one, and returns at once. The caller comes back for the result with
 * `read_question`, and gets what the person had written before the question with it. How earlier questions
 * ended without an answer, the agent gets to know with another call.
 */
export const postQuestion = defineUseCase({
  name: 'post_question',
  summary: 'Ask a question, or find an earlier one, and come back for the result',
  errorCodes: [
    'agent_type_required',
    'agent_instance_not_found',
    'instance_deleted',
    'question_not_found',
    'too_many_agent_types',
    'too_many_open_instances',
  ],
  scopes: ['agent'],
  input: v.pipe(v.object(questionInputEntries), hasTextOrId(), hasTextForFields()),
  output: questionStanding,
  async run(ports, call) {
    const { target, open, isFeedbackRepeated, otherOutcomes } = await findOrPost(ports, call);
    if (open !== null) {
      ports.waits.noteComingBack(target);
      return wireOpenQuestion(target, open);
    }
    const answerRead = await readQuestionAnswer(ports, target);
    const hasRepeatedFeedback = isFeedbackRepeated && answerRead.feedback.length > 0;
    const redelivered = answerRead.isAnswerRepeated || hasRepeatedFeedback;
    const result = wireQuestionResult(answerRead, target, { redelivered, otherOutcomes });
    return wireEndedQuestion(target, answerRead, result);
  },
});

interface FoundQuestion {
  readonly target: QuestionTarget;
  /** When the question was asked and ends; null if it has a result. */
  readonly open: Pick<QuestionState, 'askedAt' | 'expiresAt'> | null;
  readonly isFeedbackRepeated: boolean;
  readonly otherOutcomes: readonly Outcome[];
}

async function findOrPost(ports: Ports, call: Call<QuestionInput>): Promise<FoundQuestion> {
  const { userId } = call.caller;
  const { question_text, question_id } = call.input;
  if (question_text == null) {
    const questionId = messageId(question_id ?? '', 'question_id');
    const state = await ports.repository.questionState(userId, questionId);
    if (state === null) throw questionNotFound();
    const target = { userId, agentInstanceId: state.agentInstanceId, questionId };
    const open = hasResult(state) ? null : state;
    return { target, open, isFeedbackRepeated: true, otherOutcomes: [] };
  }
  const posted = await postNewQuestion(ports, call, question_text, { keepsEndings: true });
  const { id: questionId, questionStatus, createdAt: askedAt, expiresAt } = posted.message;
  return {
    target: { userId, agentInstanceId: posted.instanceId, questionId },
    open: questionStatus === 'open' && posted.stop === null ? { askedAt, expiresAt } : null,
    isFeedbackRepeated: posted.redelivered,
    otherOutcomes: posted.outcomes,
  };
}
