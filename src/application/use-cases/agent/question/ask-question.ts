import * as v from 'valibot';
import type { Outcome } from '../../../../domain/conversation/outcome.ts';
import { questionNotFound } from '../../../../domain/errors.ts';
import { messageId } from '../../../../domain/ids.ts';
import { type Call, defineUseCase, type Ports } from '../../../use-case.ts';
import { Waiter } from '../../../waiting/waiter.ts';
import * as field from '../../../wire/fields.ts';
import { postNewQuestion } from './post-new-question.ts';
import {
  hasTextForFields,
  hasTextOrId,
  type QuestionInput,
  questionInputEntries,
  waitSeconds,
} from './question-input.ts';
import {
  type QuestionTarget,
  questionResult,
  readQuestionAnswer,
  wireQuestionResult,
} from './question-result.ts';

/** Some clients give up a call after 60 s, so the default wait is shorter. */
export const DEFAULT_WAIT_SECONDS = 50;

/** Asks a question, or continues to wait for an earlier one, and returns its answer or its status. */
export const askQuestion = defineUseCase({
  name: 'ask_question',
  summary: 'Ask a question, or wait again for an earlier one, until it is answered',
  errorCodes: [
    'agent_type_required',
    'agent_instance_not_found',
    'instance_deleted',
    'question_not_found',
    'too_many_agent_types',
    'too_many_open_instances',
    'too_many_waits',
  ],
  scopes: ['agent'],
  input: v.pipe(
    v.object({ ...questionInputEntries, wait_seconds: field.optional(waitSeconds) }),
    hasTextOrId(),
    hasTextForFields(),
  ),
  output: questionResult,
  async run(ports, call) {
    const { signals, waits } = ports;
    const { caller, clientGone, shuttingDown } = call;
    const deadline = performance.now() + (call.input.wait_seconds ?? DEFAULT_WAIT_SECONDS) * 1000;
    // The question is saved before the wait, so it stays open even if this call is interrupted.
    const { target, isFeedbackRepeated, otherOutcomes } = await findOrPostQuestion(ports, call);

    using waiter = new Waiter(signals, target);
    using _open = waits.begin(target, caller.life);
    for (;;) {
      const answerRead = await readQuestionAnswer(ports, target);
      if (answerRead.status === 'open' && answerRead.stop === null) {
        const limits = { deadline, caller, clientGone, shuttingDown };
        if ((await waiter.waitForChange(answerRead.version, limits)) === 'changed') continue;
      }
      const hasRepeatedFeedback = isFeedbackRepeated && answerRead.feedback.length > 0;
      const redelivered = answerRead.isAnswerRepeated || hasRepeatedFeedback;
      return wireQuestionResult(answerRead, target, { redelivered, otherOutcomes });
    }
  },
});

interface AskedQuestion {
  readonly target: QuestionTarget;
  readonly isFeedbackRepeated: boolean;
  /** How earlier questions ended that the agent gets to know with this one. */
  readonly otherOutcomes: readonly Outcome[];
}

async function findOrPostQuestion(ports: Ports, call: Call<QuestionInput>): Promise<AskedQuestion> {
  const { userId } = call.caller;
  if (call.input.question_text == null) {
    const questionId = messageId(call.input.question_id ?? '', 'question_id');
    const agentInstanceId = await ports.repository.instanceOfMessage(userId, questionId);
    if (agentInstanceId === null) throw questionNotFound();
    // The response of the call that asked contained it.
    const target = { userId, agentInstanceId, questionId };
    return { target, isFeedbackRepeated: true, otherOutcomes: [] };
  }
  const posted = await postNewQuestion(ports, call, call.input.question_text);
  return {
    target: { userId, agentInstanceId: posted.instanceId, questionId: posted.message.id },
    isFeedbackRepeated: posted.redelivered,
    otherOutcomes: posted.outcomes,
  };
}
