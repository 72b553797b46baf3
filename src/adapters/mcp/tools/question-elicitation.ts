import * as v from 'valibot';
import { RequestError } from '../../../application/errors.ts';
import { questionEntries, readQuestion } from '../../../application/wire/question/question-fields.ts';
import type { AnswerContent } from '../../../domain/question/answer-content.ts';
import type { Choice } from '../../../domain/question/choice.ts';
import type { FormAnswer, QuestionForm } from '../../../domain/question/form.ts';
import type { QuestionShape } from '../../../domain/question/question-shape.ts';
import { asksForSecret } from '../../../domain/question/secret.ts';
import type { ElicitationModes, ElicitationParams, ElicitationResult } from '../call/elicitation.ts';

/** A question as a client shows it in place. */
export interface ElicitableQuestion {
  readonly text: string;
  readonly shape: QuestionShape | null;
}

/** The field of the answer, where the question has no form of its own. */
const ANSWER = 'answer';

const questionFields = v.object(questionEntries);

/**
 * Reads a question from the arguments of a call.
 * @throws RequestError if they are not those of a question, as when a call is repeated with others.
 */
export function elicitableQuestion(args: object): ElicitableQuestion {
  const { question_text } = args as { readonly question_text?: unknown };
  const fields = v.safeParse(questionFields, args);
  if (!fields.success) throw new RequestError('invalid_input', 'The arguments describe no question');
  const { content, shape } = readQuestion(String(question_text), fields.output);
  return { text: content, shape };
}

/**
 * Returns what the client is asked to show: a form, or else the page. A question that seems to ask for a
 * secret is never asked by a form: the program of the agent must not see it.
 * @param url the address of the question on the page; null if it is not known.
 * @returns null if the client cannot show this question, so that it is asked on the page only.
 */
export function elicitationParams(
  { text, shape }: ElicitableQuestion,
  modes: ElicitationModes,
  url: string | null,
): ElicitationParams | null {
  if (modes.form && !asksForSecret(text, shape))
    return { mode: 'form', message: messageOf(text, shape), requestedSchema: schemaOf(shape) };
  return modes.url && url !== null ? { mode: 'url', message: text, url } : null;
}

/**
 * Reads the answer from what the client returns.
 * @returns null if the person did not answer there. They can still answer on the page.
 */
export function elicitedAnswer(
  { shape }: ElicitableQuestion,
  { action, content }: ElicitationResult,
): AnswerContent | null {
  if (action !== 'accept' || typeof content !== 'object' || content === null) return null;
  if (shape?.form != null) return { form: content as FormAnswer };
  const answer = (content as { [ANSWER]?: unknown })[ANSWER];
  // An optional selection that was left empty.
  if (answer === undefined && shape?.choice?.min === 0) return { values: [] };
  if (Array.isArray(answer)) return { values: answer };
  if (typeof answer !== 'string') return null;
  return shape?.choice == null ? answer : { values: [answer] };
}

const messageOf = (text: string, shape: QuestionShape | null): string =>
  [text, shape?.form?.title, shape?.form?.description].filter((part) => part !== undefined).join('\n\n');

function schemaOf(shape: QuestionShape | null): object {
  if (shape?.form != null) return schemaOfForm(shape.form);
  const choice = shape?.choice ?? null;
  const field =
    choice === null
      ? { type: 'string', title: 'Answer', minLength: 1 }
      : { ...(choice.multiple ? severalOf(choice) : oneOf(choice)), title: 'Answer' };
  return {
    type: 'object',
    properties: { [ANSWER]: field },
    ...(choice?.min !== 0 && { required: [ANSWER] }),
  };
}

/** The protocol knows no title and no description of a whole form. They are in the message. */
const schemaOfForm = ({ type, properties, required }: QuestionForm): object => ({
  type,
  properties,
  ...(required !== undefined && { required }),
});

/** In this form, clients of every revision know titles. */
const oneOf = ({ options }: Choice): object => ({
  type: 'string',
  enum: options.map(({ value }) => value),
  ...(options.some(hasTitle) && { enumNames: options.map(titleOf) }),
});

const severalOf = ({ options, min, max }: Choice): object => ({
  type: 'array',
  minItems: min,
  maxItems: max,
  items: options.some(hasTitle)
    ? { anyOf: options.map((option) => ({ const: option.value, title: titleOf(option) })) }
    : { type: 'string', enum: options.map(({ value }) => value) },
});

type Option = Choice['options'][number];

const hasTitle = (option: Option): boolean => titleOf(option) !== option.value;

const titleOf = ({ label, description }: Option): string =>
  description === null ? label : `${label}: ${description}`;
