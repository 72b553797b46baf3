import * as v from 'valibot';
import {
  MAX_DESCRIPTION_LENGTH,
  MAX_LABEL_LENGTH,
  MAX_OPTIONS,
  MAX_VALUE_LENGTH,
  type QuestionOption,
} from '../../../domain/question/choice.ts';
import { isBlank, NOT_BLANK_PATTERN } from '../../../domain/text/blank.ts';
import { hasAtMostCodePoints } from '../../../domain/text/code-points.ts';

const shortText = (maxLength: number) =>
  v.pipe(
    v.string(),
    v.check((text) => hasAtMostCodePoints(text, maxLength), `must be at most ${maxLength} characters`),
    v.check((text) => !isBlank(text), 'must not be empty'),
    v.metadata({ minLength: 1, maxLength, pattern: NOT_BLANK_PATTERN }),
  );

const label = shortText(MAX_LABEL_LENGTH);

/** One of the answers that a question offers. Unknown fields are ignored. */
export const questionOption = v.object({
  label: v.pipe(label, v.description('What the button says')),
  value: v.optional(
    v.nullable(v.pipe(shortText(MAX_VALUE_LENGTH), v.description('What the agent gets. Absent: the label'))),
  ),
  description: v.optional(v.nullable(shortText(MAX_DESCRIPTION_LENGTH))),
});

/** A text is short for an option with that label. */
const option = v.union([label, questionOption]);

/** Returns an option as it is stored, with all its parts. */
export function completeOption(sent: v.InferOutput<typeof option>): QuestionOption {
  if (typeof sent === 'string') return { label: sent, value: sent, description: null };
  return { label: sent.label, value: sent.value ?? sent.label, description: sent.description ?? null };
}

const hasUniqueValues = (sent: v.InferOutput<typeof option>[]): boolean =>
  new Set(sent.map((one) => completeOption(one).value)).size === sent.length;

/** The answers that a question offers, as agents send them. */
export const options = v.pipe(
  v.array(option),
  v.minLength(1, 'must have at least one option'),
  v.maxLength(MAX_OPTIONS, `must have at most ${MAX_OPTIONS} options`),
  v.check(hasUniqueValues, 'must have a different value for each option'),
  v.description(
    'Answers that the person can choose: texts, or objects. The person can still type another answer',
  ),
);

/** How many options can be chosen. */
export const optionCount = v.pipe(
  v.number(),
  v.integer('must be a whole number'),
  v.minValue(0, `must be 0 to ${MAX_OPTIONS}`),
  v.maxValue(MAX_OPTIONS, `must be 0 to ${MAX_OPTIONS}`),
);
