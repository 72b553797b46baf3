import * as v from 'valibot';
import { outcomesAnsweredBy } from '../../../../domain/conversation/outcome.ts';
import { questionNotFound } from '../../../../domain/errors.ts';
import { messageId } from '../../../../domain/ids.ts';
import type { QuestionState } from '../../../../ports/storage/agent-instance-repository.ts';
import { type Call, defineUseCase, type Ports } from '../../../use-case.ts';
import { Waiter } from '../../../waiting/waiter.ts';
import * as field from '../../../wire/fields.ts';
import { waitSeconds } from './question-input.ts';
import { type QuestionTarget, readQuestionAnswer, wireQuestionResult } from './question-result.ts';
import { hasResult, questionStanding, wireEndedQuestion, wireOpenQuestion } from './question-standing.ts';

/**
 * Reads how a question stands, for a caller that comes back for its result. It can come as often as it wants:
 * the result is the same each time, apart from what is queued and a request to stop, which are those of now.
 */
export const readQuestion = defineUseCase({
  name: 'read_question',
  summary: 'Read how a question stands, and its result as soon as there is one',
  errorCodes: ['instance_deleted', 'question_not_found', 'too_many_waits'],
  scopes: ['agent'],
  input: v.object({
    question_id: field.id,
    wait_seconds: field.optional(
      v.pipe(waitSeconds, v.description('How long to wait for the result. Default 0: not at all')),
    ),
    state_only: field.optional(
      v.pipe(v.boolean(), v.description('True: without the result, so that no answer is handed over')),
    ),
  }),
  output: questionStanding,
  async run(ports, call) {
    const { userId } = call.caller;
    const questionId = messageId(call.input.question_id, 'question_id');
    const state = await stateOf(ports, { userId, questionId });
    const target = { userId, agentInstanceId: state.agentInstanceId, questionId };
    if (call.input.state_only === true) return wireOpenQuestion(target, state);
    const waitsFor = call.input.wait_seconds ?? 0;
    const lastState =
      hasResult(state) || waitsFor === 0 ? state : await waitForResult(ports, call, target, waitsFor);
    if (!hasResult(lastState)) {
      ports.waits.noteComingBack(target);
      return wireOpenQuestion(target, lastState);
    }
    const answerRead = await readQuestionAnswer(ports, target);
    // What was handed over with the question can answer earlier ones.
    const otherOutcomes = outcomesAnsweredBy(answerRead.feedback);
    const result = wireQuestionResult(answerRead, target, { redelivered: false, otherOutcomes });
    return wireEndedQuestion(target, answerRead, result);
  },
});

async function stateOf(
  { repository }: Pick<Ports, 'repository'>,
  { userId, questionId }: Pick<QuestionTarget, 'userId' | 'questionId'>,
): Promise<QuestionState> {
  const state = await repository.questionState(userId, questionId);
  if (state === null) throw questionNotFound();
  return state;
}

/** Returns how the question stands when there is a result, or when the wait is over. */
async function waitForResult(
  ports: Ports,
  { caller, clientGone, shuttingDown }: Call<unknown>,
  target: QuestionTarget,
  seconds: number,
): Promise<QuestionState> {
  const deadline = performance.now() + seconds * 1000;
  using waiter = new Waiter(ports.signals, target);
  using _open = ports.waits.begin(target, caller.life);
  for (;;) {
    const state = await stateOf(ports, target);
    if (hasResult(state)) return state;
    const limits = { deadline, caller, clientGone, shuttingDown };
    if ((await waiter.waitForChange(state.version, limits)) !== 'changed') return state;
  }
}
