import * as v from 'valibot';
import type { AnswerTo, Message } from '../../../domain/conversation/message.ts';
import type { AnswerContent } from '../../../domain/question/answer-content.ts';
import * as field from '../fields.ts';
import { formAnswer, outcome } from '../outcome.ts';
import { questionForm } from './question-form.ts';

/** What a question asks for besides a text, as people get it. */
export const questionShape = v.object({
  /** Present if the content has more: the content without the markup from which the options were read. */
  text: v.optional(v.string()),
  options: v.nullable(
    v.array(v.object({ label: v.string(), value: v.string(), description: v.nullable(v.string()) })),
  ),
  multiple: v.boolean(),
  min: field.count,
  max: field.count,
  form: v.nullable(questionForm),
  on_expiry: v.picklist(['expire', 'default']),
  default_answer: v.nullable(v.union([v.string(), v.array(v.string()), formAnswer])),
});

export type WireQuestion = v.InferOutput<typeof questionShape>;

/** What an answer is, besides its text, as people get it. */
export const answerTo = v.pick(outcome, ['question_id', 'values', 'form', 'decided_by', 'via']);

export function wireQuestion({ content, question }: Message): WireQuestion | null {
  if (question === null) return null;
  const { choice, form, defaultAnswer, markup } = question;
  return {
    ...(markup !== '' && { text: content }),
    options: choice?.options.map((option) => ({ ...option })) ?? null,
    multiple: choice?.multiple ?? false,
    min: choice?.min ?? 0,
    max: choice?.max ?? 0,
    form: form as WireQuestion['form'],
    on_expiry: defaultAnswer === null ? 'expire' : 'default',
    default_answer: defaultAnswer === null ? null : wireAnswer(defaultAnswer),
  };
}

function wireAnswer(answer: AnswerContent): WireQuestion['default_answer'] {
  if (typeof answer === 'string') return answer;
  return 'values' in answer ? [...answer.values] : (answer.form as WireQuestion['default_answer']);
}

export const wireAnswerTo = ({ questionId, values, form, decidedBy, via }: AnswerTo) => ({
  question_id: questionId,
  values: values === null ? null : [...values],
  form: form as v.InferOutput<typeof formAnswer> | null,
  decided_by: decidedBy,
  via,
});
