import * as v from 'valibot';
import { messageId } from '../../../domain/ids.ts';
import type { AnswerContent } from '../../../domain/question/answer-content.ts';
import type { Choice } from '../../../domain/question/choice.ts';
import { AnswerMismatchError, fitAnswer } from '../../../domain/question/fit-answer.ts';
import type { FormAnswer } from '../../../domain/question/form.ts';
import { parseMarkup } from '../../../domain/question/markup.ts';
import type { QuestionShape } from '../../../domain/question/question-shape.ts';
import { RequestError } from '../../errors.ts';
import * as field from '../fields.ts';
import { formAnswer } from '../outcome.ts';
import { questionForm } from './question-form.ts';
import { completeOption, optionCount, options } from './question-options.ts';

const MAX_EXPIRY_SECONDS = 30 * 24 * 60 * 60;

export const expiresInSeconds = v.pipe(
  v.number(),
  v.integer('must be a whole number'),
  v.minValue(1, 'must be 1 second to 30 days'),
  v.maxValue(MAX_EXPIRY_SECONDS, 'must be 1 second to 30 days'),
  v.description('After how many seconds the question ends by itself'),
);

const defaultAnswer = v.pipe(
  v.union([field.content, v.array(v.string()), formAnswer]),
  v.description('The answer if nobody answers in time: a text, values or a form. Needs expires_in_seconds'),
);

/** The input fields of a question, besides its text. */
export const questionEntries = {
  options: field.optional(options),
  multiple: field.optional(v.pipe(v.boolean(), v.description('Whether several options can be chosen'))),
  min: field.optional(v.pipe(optionCount, v.description('With multiple: how many at least. Default 0'))),
  max: field.optional(v.pipe(optionCount, v.description('With multiple: how many at most. Default all'))),
  form: field.optional(questionForm),
  expires_in_seconds: field.optional(expiresInSeconds),
  on_expiry: field.optional(
    v.pipe(
      v.picklist(['expire', 'default']),
      v.description(
        'What happens then: expire (no answer) or default. Default: default with a default_answer',
      ),
    ),
  ),
  default_answer: field.optional(defaultAnswer),
  supersedes: field.optional(
    v.pipe(field.id, v.description('An earlier question of this instance that this one takes the place of')),
  ),
};

const fields = v.object(questionEntries);
export type QuestionFields = v.InferOutput<typeof fields>;

export const QUESTION_FIELDS = Object.keys(questionEntries) as (keyof QuestionFields)[];

/** Whether the input has a field that only a question may have. */
export const hasQuestionFields = (input: QuestionFields): boolean =>
  QUESTION_FIELDS.some((name) => input[name] != null);

/** The text of a message as it is stored, and what it asks for besides a text. */
export interface QuestionText {
  readonly content: string;
  readonly shape: QuestionShape | null;
}

/**
 * Reads what a message asks for from its fields, or else from the end of its text. This is the only place
 * where the text is read: all others get the result.
 * @throws RequestError `invalid_input` if the fields do not fit each other
 */
export function readQuestion(content: string, input: QuestionFields): QuestionText {
  checkFields(input);
  const choice = choiceOf(input);
  const form = input.form ?? null;
  const parsed = choice === null && form === null ? parseMarkup(content) : null;
  const shape: QuestionShape = {
    choice: choice ?? parsed?.choice ?? null,
    form,
    defaultAnswer: input.default_answer == null ? null : answerContentOf(input.default_answer),
    markup: parsed?.markup ?? '',
  };
  checkDefaultAnswer(shape);
  const asksForMore = shape.choice !== null || shape.form !== null || shape.defaultAnswer !== null;
  return { content: parsed?.text ?? content, shape: asksForMore ? shape : null };
}

/** Reads when the question ends by itself, and which question it takes the place of. */
export const readQuestionPlan = (input: QuestionFields, now: Date) => ({
  expiresAt: input.expires_in_seconds == null ? null : expiryAfter(input.expires_in_seconds, now),
  supersedes: input.supersedes == null ? null : messageId(input.supersedes, 'supersedes'),
});

export const expiryAfter = (seconds: number, now: Date): Date => new Date(now.getTime() + seconds * 1000);

function checkFields(input: QuestionFields): void {
  const { multiple, min, max } = input;
  const offered = input.options;
  if (offered != null && input.form != null) refuse('form', 'cannot be combined with options');
  if (offered == null && multiple != null) refuse('multiple', 'needs options');
  if (multiple !== true && min != null) refuse('min', 'needs multiple: true');
  if (multiple !== true && max != null) refuse('max', 'needs multiple: true');
  const count = offered?.length ?? 0;
  if (max != null && (max < 1 || max > count)) refuse('max', `must be 1 to ${count}, the number of options`);
  if (min != null && min > (max ?? count)) refuse('min', `must be 0 to ${max ?? count}`);
  if (input.on_expiry != null && input.expires_in_seconds == null)
    refuse('on_expiry', 'needs expires_in_seconds');
  if (input.on_expiry === 'default' && input.default_answer == null)
    refuse('default_answer', 'is required with on_expiry "default"');
  if (input.default_answer != null && input.on_expiry === 'expire')
    refuse('default_answer', 'needs on_expiry "default"');
  if (input.default_answer != null && input.expires_in_seconds == null)
    refuse('default_answer', 'needs expires_in_seconds');
}

function choiceOf({ options: offered, multiple, min, max }: QuestionFields): Choice | null {
  if (offered == null) return null;
  const limits =
    multiple === true
      ? { multiple, min: min ?? 0, max: max ?? offered.length }
      : { multiple: false, min: 1, max: 1 };
  return {
    options: offered.map(completeOption),
    ...limits,
  };
}

function answerContentOf(answer: string | readonly string[] | FormAnswer): AnswerContent {
  if (typeof answer === 'string') return answer;
  return isValues(answer) ? { values: answer } : { form: answer };
}

const isValues = (answer: readonly string[] | FormAnswer): answer is readonly string[] =>
  Array.isArray(answer);

function checkDefaultAnswer(shape: QuestionShape): void {
  if (shape.defaultAnswer === null) return;
  try {
    fitAnswer(shape, shape.defaultAnswer);
  } catch (error) {
    if (!(error instanceof AnswerMismatchError)) throw error;
    const reasons = error.issues.map(({ path, message }) => `${path} ${message}`).join(', ');
    refuse('default_answer', `must fit the question: ${reasons}`);
  }
}

function refuse(path: string, message: string): never {
  throw new RequestError('invalid_input', `${path}: ${message}`, [{ path, message }]);
}
