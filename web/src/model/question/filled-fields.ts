import type { FormAnswer, QuestionForm } from '../../../../src/domain/question/form.ts';
import { fieldsOf, type ShownField } from './form-fields.ts';

/** One field of a form that was filled in. */
export interface FilledField {
  readonly name: string;
  readonly label: string;
  readonly text: string;
}

/**
 * Returns the filled in fields of a form as people read them, in the order of the form.
 * @param form null: it is not known. The labels are then the names.
 */
export function filledFields(form: QuestionForm | null, answer: FormAnswer): readonly FilledField[] {
  const fields = form === null ? [] : fieldsOf(form);
  const known = fields.filter(({ name }) => Object.hasOwn(answer, name));
  const names = new Set(known.map(({ name }) => name));
  const others = Object.keys(answer).filter((name) => !names.has(name));
  return [
    ...known.map((field) => ({
      name: field.name,
      label: field.label,
      text: textOfValue(answer[field.name]!, titlesOf(field)),
    })),
    ...others.map((name) => ({ name, label: name, text: textOfValue(answer[name]!, new Map()) })),
  ];
}

const titlesOf = ({ control }: ShownField): ReadonlyMap<string, string> =>
  new Map('values' in control ? control.values.map((one) => [one.const, one.title]) : []);

function textOfValue(value: FormAnswer[string], titles: ReadonlyMap<string, string>): string {
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'object')
    return value.length === 0 ? 'None' : value.map((each) => titles.get(each) ?? each).join(', ');
  return titles.get(String(value)) ?? String(value);
}
