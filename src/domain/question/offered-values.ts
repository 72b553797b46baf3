import type { FormField, MultiSelectField, SelectField, TitledValue } from './form.ts';

/** The values that a field with a selection offers, in order. A value without a title is its own title. */
export function offeredBy(field: SelectField | MultiSelectField): readonly TitledValue[] {
  if (field.type === 'array') {
    return 'anyOf' in field.items ? field.items.anyOf : titled(field.items.enum);
  }
  return 'oneOf' in field ? field.oneOf : titled(field.enum, field.enumNames);
}

const titled = (values: readonly string[], titles: readonly string[] = values): TitledValue[] =>
  values.map((value, index) => ({ const: value, title: titles[index] ?? value }));

/** The values that any field offers, in order; null for a field whose values are not listed. */
export const offeredValues = (field: FormField): readonly TitledValue[] | null =>
  field.type === 'array' || 'enum' in field || 'oneOf' in field ? offeredBy(field) : null;
