import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { questionForm } from '../../../../src/application/wire/question/question-form.ts';
import type { QuestionForm } from '../../../../src/domain/question/form.ts';
import { checkFormAnswer } from '../../../../src/domain/question/form-check.ts';
import { filledForm } from '../../../domain/question/filled-forms.ts';

const TEXT = { type: 'string' } as const;
const formOf = (field: unknown, more: object = {}) => ({ type: 'object', properties: { a: field }, ...more });
const fieldsOf = (names: readonly string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, TEXT])),
});
const numbers = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`);

/** Returns the issues as `path: message`; none if the form is accepted. */
const issuesOf = (form: unknown): string[] =>
  (v.safeParse(questionForm, form).issues ?? []).map(
    (issue) => `${v.getDotPath(issue) ?? ''}: ${issue.message}`,
  );

const ENUM = { ...TEXT, enum: ['r', 'g'] };
const ONE_OF = { ...TEXT, oneOf: [{ const: 'r', title: 'Red' }] };
const SOME = { type: 'array', items: ENUM };
const TITLED = { type: 'array', items: { anyOf: ONE_OF.oneOf } };

describe('a field is accepted', () => {
  test.each<[string, object]>([
    ['text', TEXT],
    [
      'text with everything',
      { ...TEXT, title: 'T', description: '', minLength: 0, maxLength: 9, default: '' },
    ],
    ['number', { type: 'number', minimum: -0.5, maximum: 0.5, default: 0.1 }],
    ['integer', { type: 'integer', minimum: 0.5, maximum: 1.5, default: 1 }],
    ['boolean', { type: 'boolean', default: false }],
    ['select', { ...ENUM, default: 'g' }],
    ['select with enumNames', { ...ENUM, enumNames: ['Red', 'Green'] }],
    ['select with oneOf', { ...ONE_OF, default: 'r' }],
    ['multi select', { ...SOME, minItems: 0, maxItems: 2, default: ['g', 'r'] }],
    ['multi select with titles', { ...TITLED, minItems: 1, maxItems: 9, default: ['r'] }],
    [
      'text with the longest title and description',
      { ...TEXT, title: '😀'.repeat(200), description: '😀'.repeat(1_000) },
    ],
    ['select with the longest value', { ...TEXT, enum: ['😀'.repeat(1_000)] }],
    ['select with the most values', { ...TEXT, enum: numbers(100) }],
  ])('%s', (_, field) => {
    expect(issuesOf(formOf(field))).toEqual([]);
    expect(v.parse(questionForm, formOf(field))).toEqual(formOf(field));
  });

  test.each([
    ['email', 'ada@example.com'],
    ['uri', 'https://example.com/'],
    ['date', '2026-02-28'],
    ['date-time', '2026-02-28T09:30:00Z'],
  ])('text with the format %s, and a default that has it', (format, text) => {
    expect(issuesOf(formOf({ ...TEXT, format, default: text }))).toEqual([]);
    expect(issuesOf(formOf({ ...TEXT, format, default: 'x' }))).toEqual([
      expect.stringMatching(/^properties\.a\.default: must be an? /),
    ]);
  });
});

describe('a keyword that a field cannot have is refused by its name', () => {
  test.each<[object, string]>([
    [{ ...TEXT, pattern: '^a' }, 'pattern'],
    [{ ...TEXT, enum: ['a'], minLength: 1 }, 'minLength'],
    [{ ...ENUM, oneOf: ONE_OF.oneOf }, 'oneOf'],
    [{ ...TEXT, enumNames: ['A'] }, 'enumNames'],
    [{ type: 'number', exclusiveMinimum: 0 }, 'exclusiveMinimum'],
    [{ type: 'integer', multipleOf: 2 }, 'multipleOf'],
    [{ type: 'boolean', enum: [true] }, 'enum'],
    [{ ...SOME, uniqueItems: true }, 'uniqueItems'],
    [{ ...TEXT, $ref: '#' }, '$ref'],
  ])('%j', (field, keyword) => {
    expect(issuesOf(formOf(field))).toEqual([`properties.a.${keyword}: ${keyword} is not supported here`]);
  });

  test('in what a field consists of too', () => {
    expect(issuesOf(formOf({ ...SOME, items: { ...ENUM, pattern: 'x' } }))).toEqual([
      'properties.a.items.pattern: pattern is not supported here',
    ]);
    expect(issuesOf(formOf({ ...TEXT, oneOf: [{ const: 'a', title: 'A', description: 'x' }] }))).toEqual([
      'properties.a.oneOf.0.description: description is not supported here',
    ]);
  });
});

describe('a field is refused:', () => {
  const tooLong = (length: number) => 'x'.repeat(length + 1);
  test.each<[string, unknown, string]>([
    ['not an object', 'string', ': must be an object'],
    ['a list', [], ': must be an object'],
    ['no type', {}, '.type: must be string, number, integer, boolean or array'],
    ['an unknown type', { type: 'object' }, '.type: must be string, number, integer, boolean or array'],
    [
      'a list of types',
      { type: ['string', 'null'] },
      '.type: must be string, number, integer, boolean or array',
    ],
    ['a title that is no text', { ...TEXT, title: 1 }, '.title: must be a text'],
    ['a blank title', { ...TEXT, title: ' ' }, '.title: must not be empty'],
    ['a long title', { ...TEXT, title: tooLong(200) }, '.title: must be at most 200 characters'],
    [
      'a long description',
      { ...TEXT, description: tooLong(1_000) },
      '.description: must be at most 1,000 characters',
    ],
    ['null for a title', { ...TEXT, title: null }, '.title: must be a text'],
    [
      'a length that no text can have',
      { ...TEXT, minLength: 1_000_001 },
      '.minLength: must be at most 1,000,000',
    ],
    ['a negative length', { ...TEXT, minLength: -1 }, '.minLength: must be at least 0'],
    ['half a length', { ...TEXT, maxLength: 0.5 }, '.maxLength: must be a whole number'],
    ['a length as text', { ...TEXT, maxLength: '5' }, '.maxLength: must be a whole number'],
    [
      'lengths the wrong way round',
      { ...TEXT, minLength: 2, maxLength: 1 },
      '.maxLength: must not be less than minLength',
    ],
    [
      'an unknown format',
      { ...TEXT, format: 'time' },
      '.format: must be one of: email, uri, date, date-time',
    ],
    ['a default that is no text', { ...TEXT, default: 1 }, '.default: must be a text'],
    [
      'a default that is too long',
      { ...TEXT, maxLength: 1, default: 'ab' },
      '.default: must be at most 1 character',
    ],
    ['an infinite minimum', { type: 'number', minimum: JSON.parse('-1e999') }, '.minimum: must be a number'],
    ['a maximum as text', { type: 'number', maximum: '1' }, '.maximum: must be a number'],
    [
      'a range the wrong way round',
      { type: 'number', minimum: 1, maximum: 0 },
      '.maximum: must not be less than minimum',
    ],
    [
      'a range without a whole number',
      { type: 'integer', minimum: 0.1, maximum: 0.9 },
      '.maximum: must not leave out every whole number',
    ],
    ['a default out of range', { type: 'number', minimum: 1, default: 0 }, '.default: must be at least 1'],
    ['a default with a fraction', { type: 'integer', default: 0.5 }, '.default: must be a whole number'],
    ['a default that is no boolean', { type: 'boolean', default: 'no' }, '.default: must be true or false'],
    ['no values', { ...TEXT, enum: [] }, '.enum: must not be empty'],
    ['too many values', { ...TEXT, enum: numbers(101) }, '.enum: must have at most 100 values'],
    ['values that are no list', { ...TEXT, enum: 'ab' }, '.enum: must be a list'],
    ['a value that is no text', { ...TEXT, enum: ['a', 1] }, '.enum.1: must be a text'],
    ['an empty value', { ...TEXT, enum: [''] }, '.enum.0: must not be empty'],
    ['a long value', { ...TEXT, enum: [tooLong(1_000)] }, '.enum.0: must be at most 1,000 characters'],
    ['a value twice', { ...TEXT, enum: ['a', 'b', 'a'] }, '.enum: must not have a value twice'],
    [
      'fewer enumNames',
      { ...ENUM, enumNames: ['Red'] },
      '.enumNames: must have a title for each value of enum',
    ],
    [
      'more enumNames',
      { ...ENUM, enumNames: ['R', 'G', 'B'] },
      '.enumNames: must have a title for each value of enum',
    ],
    ['a default that is not offered', { ...ENUM, default: 'b' }, '.default: must be one of: r, g'],
    ['a value without a title', { ...TEXT, oneOf: [{ const: 'a' }] }, '.oneOf.0.title: is required'],
    ['a title without a value', { ...TEXT, oneOf: [{ title: 'A' }] }, '.oneOf.0.const: is required'],
    [
      'a blank title of a value',
      { ...TEXT, oneOf: [{ const: 'a', title: '' }] },
      '.oneOf.0.title: must not be empty',
    ],
    ['no titled values', { ...TEXT, oneOf: [] }, '.oneOf: must not be empty'],
    [
      'a titled value twice',
      { ...TEXT, oneOf: [...ONE_OF.oneOf, ...ONE_OF.oneOf] },
      '.oneOf: must not have a value twice',
    ],
    ['a titled value that is no object', { ...TEXT, oneOf: ['a'] }, '.oneOf.0: must be an object'],
    ['an array without items', { type: 'array' }, '.items: is required'],
    ['items without a type', { type: 'array', items: { enum: ['a'] } }, '.items.type: is required'],
    [
      'items of another type',
      { type: 'array', items: { type: 'number', enum: ['a'] } },
      '.items.type: must be string',
    ],
    ['items without values', { type: 'array', items: TEXT }, '.items.enum: is required'],
    [
      'items that have a value twice',
      { type: 'array', items: { ...TEXT, enum: ['a', 'a'] } },
      '.items: must not have a value twice',
    ],
    [
      'counts the wrong way round',
      { ...SOME, minItems: 2, maxItems: 1 },
      '.maxItems: must not be less than minItems',
    ],
    [
      'more values than there are',
      { ...SOME, minItems: 3 },
      '.minItems: must not be more than there are values',
    ],
    ['a default that is no list', { ...SOME, default: 'r' }, '.default: must be a list'],
    [
      'a default with too few values',
      { ...SOME, minItems: 1, default: [] },
      '.default: must have at least 1 value',
    ],
    [
      'a default with another value',
      { ...TITLED, default: ['Red'] },
      '.default: must have only values of: r',
    ],
  ])('%s', (_, field, issue) => {
    expect(issuesOf(formOf(field))).toEqual([`properties.a${issue}`]);
  });
});

describe('a form', () => {
  test('may have $schema and additionalProperties, which are left out', () => {
    const form = formOf(TEXT, { title: 'T', description: 'D', required: ['a'] });
    const given = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      additionalProperties: false,
      ...form,
    };
    expect(v.parse(questionForm, given)).toEqual(form);
  });

  test.each<[string, unknown, string]>([
    ['no object', 'x', ': must be an object'],
    ['a list', [], ': must be an object'],
    ['null', null, ': must be an object'],
    ['another keyword', formOf(TEXT, { $defs: {} }), '$defs: $defs is not supported here'],
    ['a blank title', formOf(TEXT, { title: '' }), 'title: must not be empty'],
    ['no field', { type: 'object', properties: {} }, 'properties: must have at least one field'],
    ['31 fields', fieldsOf(numbers(31)), 'properties: must have at most 30 fields'],
    ['fields in a list', { type: 'object', properties: [TEXT] }, 'properties: must be an object'],
    ['an empty name', fieldsOf(['']), 'properties.: the name of a field must not be empty'],
    [
      'a long name',
      fieldsOf(['x'.repeat(101)]),
      `properties.${'x'.repeat(101)}: the name of a field must be at most 100 characters`,
    ],
    [
      'a required name that is no field',
      formOf(TEXT, { required: ['a', 'b'] }),
      'required.1: must be the name of a field',
    ],
    [
      'a required name that objects have',
      formOf(TEXT, { required: ['toString'] }),
      'required.0: must be the name of a field',
    ],
  ])('is refused with %s', (_, form, issue) => {
    expect(issuesOf(form)).toEqual([issue]);
  });

  test.each(['type', 'properties'])('needs %s', (keyword) => {
    const { [keyword as 'type']: _, ...rest } = formOf(TEXT);
    expect(v.safeParse(questionForm, rest).issues).toMatchObject([
      { received: 'undefined', path: [{ key: keyword }] },
    ]);
  });

  test('has the type object', () => {
    expect(v.is(questionForm, { ...formOf(TEXT), type: 'array' })).toBe(false);
  });

  test('has at most 65,536 characters as JSON', () => {
    const values = (last: number) => [
      ...Array.from({ length: 65 }, (_, index) => `${index}`.padStart(990, '-')),
      'x'.repeat(last),
    ];
    const ofLength = (last: number) => formOf({ ...TEXT, enum: values(last) });
    const rest = 65_536 - JSON.stringify(ofLength(0)).length;
    expect(issuesOf(ofLength(rest))).toEqual([]);
    expect(issuesOf(ofLength(rest + 1))).toEqual([': must have at most 65,536 characters as JSON']);
  });

  test('may have 30 fields, with names of 100 characters', () => {
    const names = numbers(30).map((name) => name.padEnd(100, '-'));
    expect(issuesOf(fieldsOf(names))).toEqual([]);
  });

  test.each(['__proto__', 'constructor', 'prototype'])('has no field with the name %s', (name) => {
    const form = JSON.parse(
      `{"type": "object", "properties": {"a": {"type": "string"}, "${name}": {"type": "string"}}}`,
    );
    expect(issuesOf(form)).toEqual([
      'properties: must not have a field with the name __proto__, constructor or prototype',
    ]);
  });

  test('may have names that objects have', () => {
    const form = fieldsOf(['toString', 'hasOwnProperty', 'a.b']);
    expect(v.parse(questionForm, { ...form, required: ['toString'] }).properties).toEqual(form.properties);
  });
});

describe('every form that is accepted', () => {
  test('accepts an answer that is made of valid values', () => {
    fc.assert(
      fc.property(filledForm, ({ form, answer }) => {
        expect(v.parse(questionForm, form)).toEqual(form);
        expect(checkFormAnswer(v.parse(questionForm, form), answer)).toEqual({ answer });
      }),
    );
  });

  test('has valid defaults, and can check any JSON', () => {
    const json = fc.jsonValue({ maxDepth: 2 });
    const anyKeyword = fc.tuple(
      fc.constantFrom(
        'type',
        'enum',
        'oneOf',
        'items',
        'minLength',
        'maxLength',
        'minItems',
        'minimum',
        'default',
      ),
      fc.oneof(json, fc.constantFrom(0, 1, -1, 'string', 'integer', 'array', [], ['a'])),
    );
    fc.assert(
      fc.property(filledForm, anyKeyword, json, ({ form }, [keyword, value], given) => {
        const [[name, field]] = Object.entries(form.properties) as [[string, object]];
        const changed = {
          ...form,
          properties: { ...form.properties, [name]: { ...field, [keyword]: value } },
        };
        const result = v.safeParse(questionForm, changed);
        if (!result.success) return;
        const accepted: QuestionForm = result.output;
        expect(checkFormAnswer(accepted, given)).toBeTypeOf('object');
        const defaults = Object.entries(accepted.properties).flatMap(([fieldName, one]) =>
          one.default === undefined ? [] : [[fieldName, one.default] as const],
        );
        const filled = Object.fromEntries(defaults);
        expect(checkFormAnswer({ ...accepted, required: [] }, filled)).toEqual({ answer: filled });
      }),
    );
  });
});
