import type { FormAnswer } from './form.ts';

/** What answers a question: a text, the values of some of its options, or a filled in form. */
export type AnswerContent = string | { readonly values: readonly string[] } | { readonly form: FormAnswer };
