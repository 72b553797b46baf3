import * as v from 'valibot';
import { type Conversation, hideDeletedInstance } from '../../../domain/conversation/conversation.ts';
import { receiveUserMessage } from '../../../domain/conversation/user-messages.ts';
import { questionNotFound } from '../../../domain/errors.ts';
import { type MessageId, messageId } from '../../../domain/ids.ts';
import type { AnswerContent } from '../../../domain/question/answer-content.ts';
import { withIdempotency } from '../../dispatch/idempotency.ts';
import { defineUseCase, type UseCase } from '../../use-case.ts';
import { conversationMessage, wireConversationMessage } from '../../wire/conversation-message.ts';
import * as field from '../../wire/fields.ts';
import { formAnswer } from '../../wire/outcome.ts';

const VIA = /^[a-z0-9][a-z0-9_-]{0,29}$/;

const answerInput = v.pipe(
  v.object({
    question_id: field.id,
    content: field.optional(field.content),
    values: field.optional(v.pipe(v.array(v.string()), v.description('The values of the chosen options'))),
    form: field.optional(v.pipe(formAnswer, v.description('The fields of the form by name'))),
    via: field.optional(
      v.pipe(
        v.string(),
        v.regex(VIA, 'must be 1 to 30 of a-z, 0-9, - and _'),
        v.description('Where the person answered, for example page. The agent gets it'),
      ),
    ),
  }),
  v.check(
    ({ content, values, form }) => [content, values, form].filter((answer) => answer != null).length === 1,
    'give exactly one of content, values and form',
  ),
);

/** Named, so that the declarations of the package do not have all of it for each use case. */
type AnswerUseCase = UseCase<typeof answerInput, typeof conversationMessage>;

/** An answer is the same wherever the person gave it. Only who may report it differs. */
const defineAnswer = (definition: Pick<UseCase, 'name' | 'summary' | 'scopes'>): AnswerUseCase =>
  defineUseCase({
    ...definition,
    errorCodes: ['already_answered', 'answer_does_not_fit', 'question_not_found', 'question_over'],
    input: answerInput,
    output: conversationMessage,
    async run({ repository, clock, ids }, { caller: { userId }, input, idempotency }) {
      const questionId = messageId(input.question_id, 'question_id');
      const agentInstanceId = await repository.instanceOfMessage(userId, questionId);
      if (agentInstanceId === null) throw questionNotFound();
      const userMessage = {
        content: contentOf(input),
        markAsRead: false,
        inReplyTo: questionId,
        questionField: 'question_id',
        via: input.via ?? null,
        newMessageId: ids.next() as MessageId,
        now: clock.now(),
      };
      return repository.update(
        { userId, agentInstanceId, questionId, idempotencyKey: idempotency?.key ?? null },
        withIdempotency(idempotency, (conversation: Conversation) => {
          const { output, changes } = receiveUserMessage(hideDeletedInstance(conversation), userMessage);
          return { output: wireConversationMessage(output, { agentWaiting: false }), changes };
        }),
      );
    },
  });

/** Answers a question with a text, with some of its options, or with its form. The first answer counts. */
export const answerQuestion = defineAnswer({
  name: 'answer_question',
  summary: 'Answer a question with a text, options or a form',
  scopes: ['dashboard'],
});

/**
 * Records the answer that the person gave in the program of the agent, like `send_user_message`. The program
 * reports it, never its model: no tool that models can call runs this.
 */
export const recordAnswer = defineAnswer({
  name: 'record_answer',
  summary: 'Record the answer that the person gave in the program of the agent',
  scopes: ['agent'],
});

function contentOf(input: {
  readonly content?: string | null | undefined;
  readonly values?: readonly string[] | null | undefined;
  readonly form?: v.InferOutput<typeof formAnswer> | null | undefined;
}): AnswerContent {
  if (input.form != null) return { form: input.form };
  return input.values != null ? { values: input.values } : (input.content ?? '');
}
