import * as v from 'valibot';
import { readAnswer } from '../../../domain/conversation/hand-off/read-answer.ts';
import { questionNotFound } from '../../../domain/errors.ts';
import { type AgentInstanceId, agentInstanceId, type MessageId, messageId } from '../../../domain/ids.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { type Call, defineUseCase, type Ports } from '../../use-case.ts';
import { Waiter } from '../../waiting/waiter.ts';
import * as field from '../../wire/fields.ts';
import { prepareAgentMessage } from './prepare-agent-message.ts';

/** Some clients give up a call after 60 s, so the default wait is shorter. */
export const DEFAULT_WAIT_SECONDS = 50;
const DAY_SECONDS = 86_400;

const input = v.pipe(
  v.object({
    question_text: field.optional(field.content),
    question_id: field.optional(field.id),
    agent_instance_id: field.optional(field.id),
    agent_type: field.optional(field.agentType),
    wait_seconds: field.optional(
      v.pipe(
        v.number(),
        v.minValue(0, 'must be 0 to 86400 seconds'),
        v.maxValue(DAY_SECONDS, 'must be 0 to 86400 seconds'),
      ),
    ),
  }),
  v.check(
    ({ question_text, question_id }) => (question_text == null) !== (question_id == null),
    'give either question_text, to ask, or question_id, to go on waiting',
  ),
);

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
  input,
  output: v.object({
    answer: v.nullable(v.string()),
    question_id: field.shownId,
    agent_instance_id: field.shownId,
    status: v.picklist(['answered', 'pending', 'closed']),
    user_feedback: v.array(v.string()),
    more: field.more,
    redelivered: field.redelivered,
  }),
  async run(ports, call) {
    const { repository, signals, waits, clock } = ports;
    const { caller, clientGone, shuttingDown } = call;
    const deadline = performance.now() + (call.input.wait_seconds ?? DEFAULT_WAIT_SECONDS) * 1000;
    // The question is saved before the wait, so it stays open even if this call is interrupted.
    const { questionId, instanceId, isFeedbackRepeated } = await findOrPostQuestion(ports, call);
    const instance = { userId: caller.userId, agentInstanceId: instanceId };

    using waiter = new Waiter(signals, instance);
    using _open = waits.begin(instance, caller.life);
    for (;;) {
      const answerRead = await repository.update(
        { ...instance, questionId, withQueuedMessages: true },
        withIdempotency(null, (conversation) => readAnswer(conversation, { questionId, now: clock.now() })),
      );
      if (answerRead.status === 'open') {
        const limits = { deadline, caller, clientGone, shuttingDown };
        if ((await waiter.waitForChange(answerRead.version, limits)) === 'changed') continue;
      }
      return {
        answer: answerRead.answer?.content ?? null,
        question_id: questionId,
        agent_instance_id: instanceId,
        status: answerRead.status === 'open' ? ('pending' as const) : answerRead.status,
        user_feedback: answerRead.feedback.map(({ content }) => content),
        more: answerRead.more,
        redelivered: answerRead.isAnswerRepeated || (isFeedbackRepeated && answerRead.feedback.length > 0),
      };
    }
  },
});

async function findOrPostQuestion(
  ports: Ports,
  { caller, input: request, clientGone }: Call<v.InferOutput<typeof input>>,
): Promise<{ questionId: MessageId; instanceId: AgentInstanceId; isFeedbackRepeated: boolean }> {
  if (request.question_text == null) {
    const questionId = messageId(request.question_id ?? '', 'question_id');
    const instanceId = await ports.repository.instanceOfMessage(caller.userId, questionId);
    if (instanceId === null) throw questionNotFound();
    // The response of the call that asked contained it.
    return { questionId, instanceId, isFeedbackRepeated: true };
  }
  const instanceId = agentInstanceId(request.agent_instance_id ?? caller.agentInstanceId ?? ports.ids.next());
  const { target, decide } = prepareAgentMessage(ports, caller, {
    agentInstanceId: instanceId,
    content: request.question_text,
    agentType: request.agent_type ?? null,
    isQuestion: true,
    hasIdempotencyKey: false,
    clientGone,
  });
  // Needs no idempotency record: `postAgentMessage` recognises a repeated question by its text.
  const { message, redelivered } = await ports.repository.update(target, withIdempotency(null, decide));
  return { questionId: message.id, instanceId, isFeedbackRepeated: redelivered };
}
