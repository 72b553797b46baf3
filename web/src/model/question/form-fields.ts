import type { FormField, QuestionForm, TitledValue } from '../../../../src/domain/question/form.ts';
import { offeredValues } from '../../../../src/domain/question/offered-values.ts';

/** A field of a form, as the page shows it. */
export interface ShownField {
  readonly name: string;
  readonly label: string;
  readonly description: string | null;
  /** The form cannot be sent while the field is empty. */
  readonly isRequired: boolean;
  readonly control: Control;
}

export type Control =
  | { readonly kind: 'text'; readonly inputType: TextInputType }
  | { readonly kind: 'long-text' | 'checkbox' }
  | NumberControl
  | { readonly kind: 'one' | 'several'; readonly values: readonly TitledValue[] };

export interface NumberControl {
  readonly kind: 'number';
  readonly step: 1 | 'any';
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
}

export type TextInputType = 'text' | 'password' | 'email' | 'url' | 'date' | 'datetime-local';

const INPUT_TYPES = { email: 'email', uri: 'url', date: 'date', 'date-time': 'datetime-local' } as const;

/** A text that may be longer than this gets a field of several lines. */
const MAX_LENGTH_IN_LINE = 200;

/**
 * Returns the fields of a form in their order.
 * @param secretNames the fields whose text is not shown while it is typed
 */
export const fieldsOf = (
  { properties, required = [] }: QuestionForm,
  secretNames: readonly string[] = [],
): readonly ShownField[] =>
  Object.entries(properties).map(([name, field]) => ({
    name,
    label: field.title || name,
    description: field.description || null,
    isRequired: required.includes(name) && !mayBeEmpty(field),
    control: secretNames.includes(name) ? SECRET_TEXT : controlOf(field),
  }));

const SECRET_TEXT: Control = { kind: 'text', inputType: 'password' };

/** A checkbox always has a value, and so have several of them if nothing has to be ticked. */
const mayBeEmpty = (field: FormField): boolean =>
  field.type === 'boolean' || (field.type === 'array' && (field.minItems ?? 0) === 0);

function controlOf(field: FormField): Control {
  if (field.type === 'boolean') return { kind: 'checkbox' };
  if (field.type === 'number' || field.type === 'integer') {
    const { type, minimum, maximum } = field;
    return { kind: 'number', step: type === 'integer' ? 1 : 'any', minimum, maximum };
  }
  const values = offeredValues(field);
  if (values !== null) return { kind: field.type === 'array' ? 'several' : 'one', values };
  if ('format' in field && field.format !== undefined)
    return { kind: 'text', inputType: INPUT_TYPES[field.format] };
  return isLong(field) ? { kind: 'long-text' } : { kind: 'text', inputType: 'text' };
}

const isLong = (field: FormField): boolean =>
  ('maxLength' in field && (field.maxLength ?? 0) > MAX_LENGTH_IN_LINE) ||
  (typeof field.default === 'string' && field.default.includes('\n'));
