import type { FormField, FormValue, QuestionForm } from '../../domain/question/form.ts';
import { offeredValues } from '../../domain/question/offered-values.ts';
import { plainLine } from '../../domain/text/plain-text.ts';

const TYPE_NAMES = {
  string: 'text',
  number: 'number',
  integer: 'whole number',
  boolean: 'yes or no',
} as const;

/** Returns each field of a form as one line: its name, its title, and what it takes. */
export const fieldLines = (form: QuestionForm): readonly string[] =>
  Object.entries(form.properties).map(([name, field]) => {
    const title = field.title === undefined || field.title === name ? '' : ` (${field.title})`;
    const required = form.required?.includes(name) ? ', required' : '';
    const description = field.description === undefined ? '' : `. ${field.description}`;
    return plainLine(`- ${name}${title}: ${kindOf(field)}${required}${description}`);
  });

function kindOf(field: FormField): string {
  const values = offeredValues(field)?.map((offered) =>
    offered.title === offered.const ? offered.const : `${offered.const} (${offered.title})`,
  );
  if (values !== undefined) return `${field.type === 'array' ? 'some' : 'one'} of ${values.join(', ')}`;
  if (field.type === 'string' && 'format' in field && field.format !== undefined) return field.format;
  return field.type === 'array' ? 'list' : TYPE_NAMES[field.type];
}

/**
 * Reads what a person typed for the fields of a form. A text that is no value of its field stays a text: the
 * server says what is wrong with it.
 * @param typed the name and the text of each field. A field with several values can occur several times.
 * @throws Error if the form has no field of a name.
 */
export function formAnswer(
  form: QuestionForm,
  typed: readonly (readonly [name: string, text: string])[],
): { readonly [name: string]: FormValue } {
  const values = new Map<string, FormValue>();
  for (const [name, text] of typed) {
    const field = Object.hasOwn(form.properties, name) ? form.properties[name] : undefined;
    if (field === undefined) {
      const names = Object.keys(form.properties).join(', ');
      throw new Error(`The form has no field ${JSON.stringify(name)}. Its fields are: ${names}`);
    }
    const before = values.get(name);
    const value = typedValue(field, text);
    values.set(name, Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value);
  }
  return Object.fromEntries(values);
}

function typedValue(field: FormField, text: string): FormValue {
  const trimmed = text.trim();
  switch (field.type) {
    case 'number':
    case 'integer':
      return trimmed === '' || Number.isNaN(Number(trimmed)) ? text : Number(trimmed);
    case 'boolean':
      return BOOLEANS.get(trimmed.toLowerCase()) ?? text;
    case 'array':
      return offered(field, text) !== undefined
        ? [offered(field, text)!]
        : text.split(',').map((part) => offered(field, part.trim()) ?? part.trim());
    case 'string':
      return offered(field, text) ?? text;
  }
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['yes', 'y', 'true'].map((word) => [word, true] as const),
  ...['no', 'n', 'false'].map((word) => [word, false] as const),
]);

/** Returns the value that a text names, itself or by its title; undefined if it names none. */
function offered(field: FormField, text: string): string | undefined {
  const values = offeredValues(field) ?? [];
  return (values.find((each) => each.const === text) ?? values.find(({ title }) => title === text))?.const;
}
