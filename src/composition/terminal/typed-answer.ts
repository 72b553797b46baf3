import type { ConversationMessage } from '../../adapters/client/client.ts';
import type { FormValue } from '../../domain/question/form.ts';
import { fieldLines, formAnswer } from './form-fields.ts';
import { valuesByNumber, valuesByPosition } from './option-numbers.ts';

/** What a person has typed as an answer. */
export type Typed =
  /** A text, or the number of an option. */
  | { readonly kind: 'answer'; readonly text: string }
  /** A text that is no number of an option, whatever it looks like. */
  | { readonly kind: 'text'; readonly text: string }
  /** The numbers of options. */
  | { readonly kind: 'options'; readonly numbers: readonly string[] }
  /** The fields of a form: `name=value`. */
  | { readonly kind: 'fields'; readonly fields: readonly string[] };

/** An answer as the server takes it. */
export type AnswerFields =
  | { readonly content: string }
  | { readonly values: string[] }
  | { readonly form: { [name: string]: FormValueOnWire } };

type FormValueOnWire = string | number | boolean | string[];

/**
 * Reads an answer to a question.
 * @throws Error if it is not clear, or of another kind than the question.
 */
export function readAnswer({ question }: Pick<ConversationMessage, 'question'>, typed: Typed): AnswerFields {
  const { options = null, multiple = false, form = null } = question ?? {};
  switch (typed.kind) {
    case 'options':
      if (options === null) throw new Error('The question has no options. Answer with a text');
      return { values: valuesByPosition(options, typed.numbers) };
    case 'fields':
      if (form === null) throw new Error('The question has no form. Answer with a text');
      return { form: wireForm(formAnswer(form, typed.fields.map(nameAndText))) };
    case 'answer':
    case 'text': {
      if (form !== null) {
        const fields = fieldLines(form).join('  ');
        throw new Error(`The question is a form. Answer with --field <name>=<value>. Its fields: ${fields}`);
      }
      const values =
        typed.kind === 'text' || options === null ? null : valuesByNumber(options, multiple, typed.text);
      return values === null ? { content: typed.text } : { values };
    }
  }
}

function nameAndText(field: string): readonly [name: string, text: string] {
  const end = field.indexOf('=');
  if (end < 1) throw new Error(`--field ${JSON.stringify(field)} must be a name, = and a value`);
  return [field.slice(0, end), field.slice(end + 1)];
}

const wireForm = (form: { readonly [name: string]: FormValue }): { [name: string]: FormValueOnWire } =>
  Object.fromEntries(
    Object.entries(form).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  );
