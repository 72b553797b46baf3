import { DomainError } from '../errors.ts';
import { isValidContent } from '../text/content.ts';
import type { AnswerContent } from './answer-content.ts';
import { type Choice, MAX_OPTIONS } from './choice.ts';
import type { FormAnswer, QuestionForm } from './form.ts';
import { checkFormAnswer } from './form-check.ts';
import { formText } from './form-text.ts';
import type { QuestionShape } from './question-shape.ts';

/** What was wrong with one part of an answer. */
export interface AnswerIssue {
  /** `content`, `values`, or a field of the form: `form.name`. */
  readonly path: string;
  readonly message: string;
}

/** Thrown when an answer does not fit its question. */
export class AnswerMismatchError extends DomainError {
  readonly issues: readonly AnswerIssue[];

  constructor(issues: readonly AnswerIssue[]) {
    const [first] = issues;
    super(
      'answer_does_not_fit',
      `The answer does not fit the question: ${first!.path} ${first!.message}`,
      first!.path,
    );
    this.issues = issues;
  }
}

/** An answer that fits its question. */
export interface FittingAnswer {
  /** The answer as a text, for clients that know only texts. */
  readonly content: string;
  readonly values: readonly string[] | null;
  readonly form: FormAnswer | null;
}

/**
 * Checks an answer against its question, and makes a text of it. A text answers every question but a form. A
 * text that is the label or the value of an option chooses that option.
 * @param shape null: the question asks for a text only, or there is no question.
 * @throws AnswerMismatchError
 */
export function fitAnswer(shape: QuestionShape | null, answer: AnswerContent): FittingAnswer {
  if (typeof answer === 'string') return fitText(shape, answer);
  return 'form' in answer
    ? fitForm(shape?.form ?? null, answer.form)
    : fitValues(shape?.choice ?? null, answer.values);
}

function fitText(shape: QuestionShape | null, text: string): FittingAnswer {
  if (shape?.form != null)
    throw new AnswerMismatchError([{ path: 'content', message: 'cannot answer a form. Send form instead' }]);
  return { content: text, values: valuesOfText(shape?.choice ?? null, text), form: null };
}

function fitForm(form: QuestionForm | null, answer: FormAnswer): FittingAnswer {
  if (form === null)
    throw new AnswerMismatchError([{ path: 'form', message: 'is only for a question with a form' }]);
  const checked = checkFormAnswer(form, answer);
  if ('issues' in checked)
    throw new AnswerMismatchError(
      checked.issues.map(({ path, message }) => ({ path: `form.${path}`, message })),
    );
  const content = formText(form, checked.answer);
  if (!isValidContent(content))
    throw new AnswerMismatchError([{ path: 'form', message: 'must have at most 1,000,000 characters' }]);
  return { content, values: null, form: checked.answer };
}

function fitValues(choice: Choice | null, values: readonly string[]): FittingAnswer {
  const message = choice === null ? 'is only for a question with options' : valuesIssue(choice, values);
  if (message !== null) throw new AnswerMismatchError([{ path: 'values', message }]);
  const chosen = choice!.options.filter(({ value }) => values.includes(value));
  const labels = chosen.map(({ label }) => label).join(', ');
  return { content: labels === '' ? 'None' : labels, values: chosen.map(({ value }) => value), form: null };
}

function valuesIssue({ options, min, max }: Choice, values: readonly string[]): string | null {
  if (values.length > MAX_OPTIONS || new Set(values).size < values.length) return 'must have each value once';
  const isOption = (value: string) => options.some((option) => option.value === value);
  if (!values.every(isOption))
    return `must be values of the options: ${options.map(({ value }) => JSON.stringify(value)).join(', ')}`;
  if (values.length >= min && values.length <= max) return null;
  return min === max ? `must have exactly ${min}` : `must have ${min} to ${max} of them`;
}

/** Returns the value of the option that a text names; null if it names none, or if one is not enough. */
function valuesOfText(choice: Choice | null, text: string): readonly string[] | null {
  if (choice === null || choice.min > 1) return null;
  const named = text.trim();
  const option =
    choice.options.find(({ value }) => value === named) ??
    choice.options.find(({ label }) => label === named);
  return option === undefined ? null : [option.value];
}
