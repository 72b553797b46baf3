import { joinLines, splitLines } from '../text/lines.ts';
import type { FormAnswer, FormField, FormValue, QuestionForm } from './form.ts';
import { offeredValues } from './offered-values.ts';

const NOTHING = '(none)';
/** Also as wide marks. */
const ENDS_WITH_MARK = /[?:？：]$/;

/**
 * A filled in form as a text, for clients that know only texts: a line `Title: value` for each field, in the
 * order of the form. A title that is a question, or ends with a colon, gets no further mark. The text is
 * never empty, because a field without a value has a line too. The further lines of a value are indented, so
 * that none of them looks like a field.
 */
export const formText = (form: QuestionForm, answer: FormAnswer): string =>
  Object.entries(form.properties)
    .map(([name, field]) => {
      const value = Object.hasOwn(answer, name) ? answer[name] : undefined;
      const title = joinLines(field.title ?? name, ' ').trimEnd();
      const mark = ENDS_WITH_MARK.test(title) ? '' : ':';
      return `${title}${mark} ${splitLines(valueText(field, value)).join('\n  ')}`;
    })
    .join('\n');

function valueText(field: FormField, value: FormValue | undefined): string {
  if (value === undefined || value === '') return NOTHING;
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') return String(value);
  const titles = new Map(offeredValues(field)?.map((one) => [one.const, joinLines(one.title, ' ')]));
  const values = typeof value === 'string' ? [value] : value;
  return values.map((one) => titles.get(one) ?? one).join(', ') || NOTHING;
}
