import type { JsonSchema } from '@valibot/to-json-schema';
import { BLANK_PATTERN } from '../../../domain/text/blank.ts';
import { BOOLEAN_FIELDS, BOOLEAN_FORMS, FIELDS_ABSENT_IF_BLANK } from '../rest/route-input.ts';

const has = (names: readonly string[], name: string): boolean => names.includes(name);

/** A pattern of JSON Schema has no flag for upper and lower case. */
const inEitherCase = (text: string): string =>
  text.replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);

const forms = [...BOOLEAN_FORMS.keys()];

const BOOLEAN_TEXT: JsonSchema = {
  type: 'string',
  pattern: `^(?:${forms.flatMap((form) => (typeof form === 'string' ? [inEitherCase(form)] : [])).join('|')})$`,
};

const BOOLEAN_NUMBER = { enum: forms.filter((form) => typeof form === 'number') } satisfies JsonSchema;

const BLANK: JsonSchema = { type: 'string', pattern: BLANK_PATTERN, description: 'Counts as absent' };

/** Adds the forms of a body's field that `inputFromAgent` accepts. */
export function withLooseBodyForms(name: string, schema: JsonSchema, isRequired: boolean): JsonSchema {
  if (has(BOOLEAN_FIELDS, name)) return alternatives(schema, [BOOLEAN_TEXT, BOOLEAN_NUMBER]);
  // What is required is missing if it is blank.
  const isAbsentIfBlank = !isRequired && has(FIELDS_ABSENT_IF_BLANK, name);
  return isAbsentIfBlank ? alternatives(schema, [BLANK]) : schema;
}

/** Adds the forms of a query's field that `inputFromQuery` accepts. */
export const withLooseQueryForms = (name: string, schema: JsonSchema): JsonSchema =>
  has(BOOLEAN_FIELDS, name) ? alternatives(schema, [BOOLEAN_TEXT]) : schema;

const alternatives = ({ anyOf, ...schema }: JsonSchema, more: JsonSchema[]): JsonSchema =>
  anyOf === undefined ? { anyOf: [schema, ...more] } : { ...schema, anyOf: [...anyOf, ...more] };
