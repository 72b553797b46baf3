import type { AnswerContent } from './answer-content.ts';
import type { Choice } from './choice.ts';
import type { QuestionForm } from './form.ts';

/** What a question asks for besides a text. A question has a choice or a form, not both. */
export interface QuestionShape {
  readonly choice: Choice | null;
  readonly form: QuestionForm | null;
  /** The answer that the question gets when its time is over; null: it then ends without an answer. */
  readonly defaultAnswer: AnswerContent | null;
  /**
   * The end of the text as the agent wrote it, such as `[YES/NO]`, from which the choice was read. The stored
   * text ends before it. Empty if the choice did not come from the text.
   */
  readonly markup: string;
}

/** Whether two questions ask for the same. Their default answers and the markup they came from may differ. */
export const isSameShape = (one: QuestionShape | null, other: QuestionShape | null): boolean =>
  JSON.stringify(askedFor(one)) === JSON.stringify(askedFor(other));

/** Names each part, because databases keep the fields of an object in an order of their own. */
function askedFor(shape: QuestionShape | null): unknown {
  const choice = shape?.choice ?? null;
  return {
    options: choice?.options.map(({ label, value, description }) => [label, value, description]) ?? null,
    limits: choice && [choice.multiple, choice.min, choice.max],
    form: sorted(shape?.form ?? null),
  };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, entry]) => [key, sorted(entry)]);
}
