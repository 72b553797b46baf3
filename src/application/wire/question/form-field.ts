import * as v from 'valibot';
import { fieldIssues } from '../../../domain/question/field-rules.ts';
import { type FormField, TEXT_FORMATS } from '../../../domain/question/form.ts';
import { MAX_CONTENT_LENGTH } from '../../../domain/text/content.ts';
import { isObject } from '../fields.ts';
import {
  count,
  keywords,
  number,
  text,
  titleAndDescription,
  titledValues,
  titles,
  values,
} from './form-parts.ts';

const textField = keywords({
  type: v.literal('string'),
  ...titleAndDescription,
  // No longer text can be sent.
  minLength: v.exactOptional(v.pipe(count, v.maxValue(MAX_CONTENT_LENGTH, 'must be at most 1,000,000'))),
  maxLength: v.exactOptional(count),
  format: v.exactOptional(v.picklist(TEXT_FORMATS, `must be one of: ${TEXT_FORMATS.join(', ')}`)),
  default: v.exactOptional(text),
});

const enumField = keywords({
  type: v.literal('string'),
  ...titleAndDescription,
  enum: values,
  enumNames: v.exactOptional(titles),
  default: v.exactOptional(text),
});

const titledSelectField = keywords({
  type: v.literal('string'),
  ...titleAndDescription,
  oneOf: titledValues,
  default: v.exactOptional(text),
});

const numberField = keywords({
  type: v.picklist(['number', 'integer']),
  ...titleAndDescription,
  minimum: v.exactOptional(number),
  maximum: v.exactOptional(number),
  default: v.exactOptional(number),
});

const booleanField = keywords({
  type: v.literal('boolean'),
  ...titleAndDescription,
  default: v.exactOptional(v.boolean('must be true or false')),
});

const multiSelect = <Items extends v.GenericSchema>(items: Items) =>
  keywords({
    type: v.literal('array'),
    ...titleAndDescription,
    minItems: v.exactOptional(count),
    maxItems: v.exactOptional(count),
    items,
    default: v.exactOptional(v.array(text, 'must be a list')),
  });

const multiSelectField = multiSelect(keywords({ type: v.literal('string', 'must be string'), enum: values }));
const titledMultiSelectField = multiSelect(keywords({ anyOf: titledValues }));

const has = (value: unknown, name: string): boolean => isObject(value) && Object.hasOwn(value, name);

/** Returns the only one of the schemas that a field can pass; null if there is none. */
function schemaFor(field: { [keyword: string]: unknown }): v.GenericSchema<unknown, FormField> | null {
  switch (field.type) {
    case 'string':
      if (has(field, 'enum')) return enumField;
      return has(field, 'oneOf') ? titledSelectField : textField;
    case 'number':
    case 'integer':
      return numberField;
    case 'boolean':
      return booleanField;
    case 'array':
      return has(field.items, 'anyOf') ? titledMultiSelectField : multiSelectField;
    default:
      return null;
  }
}

/**
 * A field of a form. The issues come from the schema for its kind, because those of the union would only say
 * that no schema fits.
 */
export const formField = v.pipe(
  v.custom<{ [keyword: string]: unknown }>(isObject, 'must be an object'),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const field = dataset.value;
    const at = (key: string): [v.ObjectPathItem] => [
      { type: 'object', origin: 'value', input: field, key, value: field[key] },
    ];
    const schema = schemaFor(field);
    if (schema === null) {
      addIssue({ message: 'must be string, number, integer, boolean or array', path: at('type') });
      return;
    }
    const { issues, typed, output } = v.safeParse(schema, field);
    for (const { message, path } of issues ?? []) addIssue({ message, ...(path && { path }) });
    if (!typed) return;
    for (const { keyword, message } of fieldIssues(output)) addIssue({ message, path: at(keyword) });
  }),
  v.union([
    textField,
    enumField,
    titledSelectField,
    numberField,
    booleanField,
    multiSelectField,
    titledMultiSelectField,
  ]),
);
