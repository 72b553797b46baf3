import { cutText } from '../text/graphemes.ts';
import { valueProblem } from './field-value.ts';
import {
  type FormAnswer,
  type FormField,
  type FormValue,
  MAX_FIELD_NAME_LENGTH,
  MAX_FIELDS,
  type QuestionForm,
} from './form.ts';

/** What is wrong with an answer to a form. `path` is the name of the field; empty for the whole answer. */
export interface FormIssue {
  readonly path: string;
  readonly message: string;
}

export type FormCheck = { readonly answer: FormAnswer } | { readonly issues: readonly FormIssue[] };

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Checks a filled in form, and returns its values as they are, or what is wrong with them. Defaults do not
 * fill in anything, because they are only what a page shows first: a required field needs a value.
 *
 * An empty text that an optional field does not allow counts as absent, because a page sends one for an
 * input that is left empty.
 * @param given any JSON.
 */
export function checkFormAnswer(form: QuestionForm, given: unknown): FormCheck {
  if (!isObject(given)) return { issues: [{ path: '', message: 'must be an object' }] };
  const required = new Set(form.required);
  const issues: FormIssue[] = [];
  const values: [name: string, value: FormValue][] = [];
  for (const [name, field] of Object.entries(form.properties)) {
    const isRequired = required.has(name);
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined) {
      if (isRequired) issues.push({ path: name, message: 'is required' });
      continue;
    }
    const message = valueProblem(field, value);
    if (message === null) values.push([name, value as FormValue]);
    else if (isRequired || !isLeftEmpty(field, value)) issues.push({ path: name, message });
  }
  issues.push(...unknownFields(form, given));
  return issues.length > 0 ? { issues } : { answer: Object.fromEntries(values) };
}

const isLeftEmpty = (field: FormField, value: unknown): boolean => field.type === 'string' && value === '';

/** An answer may have thousands of unknown fields with long names. The first few say enough. */
const unknownFields = ({ properties }: QuestionForm, given: object): FormIssue[] =>
  Object.keys(given)
    .filter((name) => !Object.hasOwn(properties, name))
    .slice(0, MAX_FIELDS)
    .map((name) => ({ path: cutText(name, MAX_FIELD_NAME_LENGTH), message: 'is not a field of the form' }));
