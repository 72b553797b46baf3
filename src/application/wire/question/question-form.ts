import * as v from 'valibot';
import { MAX_FIELD_NAME_LENGTH, MAX_FIELDS, type QuestionForm } from '../../../domain/question/form.ts';
import { isBlank, NOT_BLANK_PATTERN } from '../../../domain/text/blank.ts';
import { hasAtMostCodePoints } from '../../../domain/text/code-points.ts';
import { isObject, text } from '../fields.ts';
import { formField } from './form-field.ts';
import { titleAndDescription } from './form-parts.ts';

/** A form is loaded with each question, so that large ones would make a page of messages unreadable. */
const MAX_FORM_CHARACTERS = 65_536;

/** These keywords of an object change nothing here. Libraries that make JSON Schema add them. */
const IGNORED_KEYWORDS = ['$schema', 'additionalProperties'];

/** A valibot record leaves out such fields without a word. */
const PROTOTYPE_NAMES = ['__proto__', 'constructor', 'prototype'];

const fieldName = v.pipe(
  v.string(),
  v.check(
    (name) => hasAtMostCodePoints(name, MAX_FIELD_NAME_LENGTH),
    `the name of a field must be at most ${MAX_FIELD_NAME_LENGTH} characters`,
  ),
  v.check((name) => !isBlank(name), 'the name of a field must not be empty'),
  v.metadata({ minLength: 1, maxLength: MAX_FIELD_NAME_LENGTH, pattern: NOT_BLANK_PATTERN }),
);

const fields = v.pipe(
  v.custom<{ [name: string]: unknown }>(isObject, 'must be an object'),
  v.check(
    (value) => !PROTOTYPE_NAMES.some((name) => Object.hasOwn(value, name)),
    'must not have a field with the name __proto__, constructor or prototype',
  ),
  v.record(fieldName, formField),
  v.minEntries(1, 'must have at least one field'),
  v.maxEntries(MAX_FIELDS, `must have at most ${MAX_FIELDS} fields`),
);

const formObject = v.object({
  type: v.literal('object'),
  ...titleAndDescription,
  properties: fields,
  required: v.exactOptional(v.array(text)),
});

const KEYWORDS = [...Object.keys(formObject.entries), ...IGNORED_KEYWORDS];

const schema = v.pipe(
  v.custom<{ [keyword: string]: unknown }>(isObject, 'must be an object'),
  v.check(
    (form) => JSON.stringify(form).length <= MAX_FORM_CHARACTERS,
    'must have at most 65,536 characters as JSON',
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const form = dataset.value;
    for (const key of Object.keys(form).filter((name) => !KEYWORDS.includes(name))) {
      addIssue({
        message: `${key} is not supported here`,
        path: [{ type: 'object', origin: 'value', input: form, key, value: form[key] }],
      });
    }
  }),
  formObject,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { required = [], properties } = dataset.value;
    required.forEach((name, index) => {
      if (Object.hasOwn(properties, name)) return;
      addIssue({
        message: 'must be the name of a field',
        path: [
          { type: 'object', origin: 'value', input: dataset.value, key: 'required', value: required },
          { type: 'array', origin: 'value', input: required, key: index, value: name },
        ],
      });
    });
  }),
  v.metadata({ propertyNames: { enum: KEYWORDS } }),
  v.description(
    'The fields that the person fills in: a flat JSON Schema object as in MCP elicitation (2025-11-25), ' +
      'with at most 30 fields and 65,536 characters as JSON',
  ),
) satisfies v.GenericSchema<unknown, QuestionForm>;

/**
 * The form of a question, as an agent sends it. Its type is named, because the compilers of those who use
 * this package would have to expand that of the schema in every use case.
 */
export const questionForm = schema as unknown as v.GenericSchema<QuestionForm>;
