import type { FormAnswer, QuestionForm } from '../../../../src/domain/question/form.ts';
import { checkFormAnswer } from '../../../../src/domain/question/form-check.ts';
import type { FieldError } from '../wire.ts';

/** What is wrong with each field of a form, by name. Empty: nothing. */
export type FormErrors = ReadonlyMap<string, string>;

export const NO_ERRORS: FormErrors = new Map();

/** Checks a form as the server will. */
export function errorsIn(form: QuestionForm, answer: FormAnswer): FormErrors {
  const checked = checkFormAnswer(form, answer);
  return 'issues' in checked ? errorsByName(checked.issues) : NO_ERRORS;
}

/**
 * Returns what the server's response says of the fields of a form.
 * @param prefix with what the paths of the fields begin
 */
export const errorsOfResponse = (errors: readonly FieldError[], prefix = 'form.'): FormErrors =>
  errorsByName(
    errors
      .filter(({ path }) => path.startsWith(prefix))
      .map(({ path, message }) => ({ path: path.slice(prefix.length), message })),
  );

/** Each field has one error at most. */
const errorsByName = (errors: readonly FieldError[]): FormErrors =>
  new Map(errors.map(({ path, message }) => [path, message]));

export function withoutErrorOf(errors: FormErrors, name: string): FormErrors {
  const others = new Map(errors);
  others.delete(name);
  return others;
}
