import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FormField, QuestionForm } from '../../../src/domain/question/form.ts';
import { checkFormAnswer } from '../../../src/domain/question/form-check.ts';
import { filledForm } from './filled-forms.ts';

const formOf = (field: FormField, required: readonly string[] = ['a']): QuestionForm => ({
  type: 'object',
  properties: { a: field },
  required,
});
const refusal = (message: string) => ({ issues: [{ path: 'a', message }] });

const TEXT = { type: 'string' } as const;
const NUMBER = { type: 'number' } as const;
const COLOURS = ['red', 'green', 'blue'];
const TITLED = COLOURS.map((colour) => ({ const: colour, title: colour.toUpperCase() }));
const ONE = { type: 'string', enum: COLOURS } as const;
const SOME = { type: 'array', items: { type: 'string', enum: COLOURS } } as const;

describe('a value that fits its field is kept as it is', () => {
  test.each<[string, FormField, unknown]>([
    ['a text with white space around it', TEXT, ' a\n'],
    ['an empty text without a minimum length', TEXT, ''],
    ['a text of the minimum length', { ...TEXT, minLength: 2 }, '😀😀'],
    ['a text of the maximum length in astral characters', { ...TEXT, maxLength: 2 }, '😀😀'],
    ['a text with a minimum length of 0', { ...TEXT, minLength: 0 }, ''],
    ['a fraction', NUMBER, 0.5],
    ['the minimum', { ...NUMBER, minimum: -1 }, -1],
    ['the maximum', { ...NUMBER, maximum: 1 }, 1],
    ['0, which is no missing value', NUMBER, 0],
    ['a whole number', { type: 'integer' }, 12],
    ['a whole number that is written as a fraction', { type: 'integer' }, 1.0],
    ['true', { type: 'boolean' }, true],
    ['false, also if the field is required', { type: 'boolean' }, false],
    ['one of the values', ONE, 'green'],
    ['one of the values with titles', { type: 'string', oneOf: TITLED }, 'green'],
    ['one of the values with enumNames', { ...ONE, enumNames: ['R', 'G', 'B'] }, 'green'],
    ['some of the values', SOME, ['blue', 'red']],
    ['some of the values with titles', { type: 'array', items: { anyOf: TITLED } }, ['blue']],
    ['none of the values', SOME, []],
    ['as many values as needed', { ...SOME, minItems: 2 }, ['red', 'blue']],
    ['as many values as allowed', { ...SOME, maxItems: 2 }, ['red', 'blue']],
  ])('%s', (_, field, value) => {
    expect(checkFormAnswer(formOf(field), { a: value })).toEqual({ answer: { a: value } });
  });
});

describe('a value that does not fit its field is refused', () => {
  test.each<[string, FormField, unknown, string]>([
    ['a number as a text', TEXT, 1, 'must be a text'],
    ['null', TEXT, null, 'must be a text'],
    ['a short text', { ...TEXT, minLength: 2 }, '😀', 'must be at least 2 characters'],
    ['a long text', { ...TEXT, maxLength: 1 }, '😀😀', 'must be at most 1 character'],
    ['a text as a number', NUMBER, '1', 'must be a number'],
    ['a number that JavaScript cannot keep', NUMBER, JSON.parse('1e999'), 'must be a number'],
    ['less than the minimum', { ...NUMBER, minimum: 0.5 }, 0.4, 'must be at least 0.5'],
    ['more than the maximum', { ...NUMBER, maximum: 0 }, 0.1, 'must be at most 0'],
    ['a fraction as a whole number', { type: 'integer' }, 1.5, 'must be a whole number'],
    ['a text as a whole number', { type: 'integer' }, '', 'must be a number'],
    ['a text as a boolean', { type: 'boolean' }, 'true', 'must be true or false'],
    ['another value', ONE, 'Green', 'must be one of: red, green, blue'],
    ['a title', { type: 'string', oneOf: TITLED }, 'RED', 'must be one of: red, green, blue'],
    ['a list for one value', ONE, ['red'], 'must be a text'],
    ['one value for a list', SOME, 'red', 'must be a list'],
    ['an object for a list', SOME, { length: 0 }, 'must be a list'],
    ['a list with another value', SOME, ['red', 1], 'must have only values of: red, green, blue'],
    ['a list with a value twice', SOME, ['red', 'red'], 'must not have a value twice'],
    ['too few values', { ...SOME, minItems: 1 }, [], 'must have at least 1 value'],
    ['too many values', { ...SOME, maxItems: 2 }, COLOURS, 'must have at most 2 values'],
  ])('%s', (_, field, value, message) => {
    expect(checkFormAnswer(formOf(field), { a: value })).toEqual(refusal(message));
  });

  test('with a short message, however many values there are', () => {
    const many = Array.from({ length: 100 }, (_, index) => `${index}`.repeat(500));
    const check = checkFormAnswer(formOf({ ...TEXT, enum: many }), { a: 'x' });
    const { message } = 'issues' in check ? check.issues[0]! : { message: '' };
    expect(message).toMatch(/^must be one of: 0+ …$/);
  });
});

describe('a text with a format', () => {
  test.each([
    ['email', 'ada@example.com', 'ADA+x@sub.example.co.uk', 'ada@localhost', '.a..@b', "o'hara@x-y.z"],
    [
      'uri',
      'https://example.com/a?b#c',
      'mailto:ada@example.com',
      'urn:isbn:0451450523',
      'x-y:',
      'file:///a',
    ],
    ['date', '2026-02-28', '2024-02-29', '2000-02-29', '0000-01-01', '9999-12-31'],
    ['date-time', '2026-02-28T09:30:00Z', '2026-02-28t23:59:59.123456789z', '2024-02-29T00:00:00-23:59'],
  ] as const)('%s is accepted', (format, ...texts) => {
    for (const text of texts)
      expect(checkFormAnswer(formOf({ ...TEXT, format }), { a: text })).toEqual({ answer: { a: text } });
  });

  test.each([
    [
      'email',
      'must be an e-mail address',
      [
        ...[
          '',
          'ada',
          '@example.com',
          'ada@',
          'ada@@x',
          'a@b@c',
          'a b@c',
          'a@b c',
          ' a@b',
          'a@b\n',
          'a@-b',
          'a@b-',
        ],
        ...['a@b..c', 'a@.b', 'a@b.', 'é@b', 'a@é', `a@${'b'.repeat(64)}`, 'Ada <a@b>'],
      ],
    ],
    [
      'uri',
      'must be an address such as https://example.com/',
      [
        ...[
          '',
          '/a',
          'example.com',
          '//example.com',
          'https://',
          'https://a b',
          'https://a/b c',
          ' https://a',
        ],
        ...['https://a\n', 'https://a:99999', '1a:b', ':a', 'https://[::1'],
      ],
    ],
    [
      'date',
      'must be a date such as 2026-02-28',
      [
        ...[
          '',
          '2026-02-30',
          '2026-02-29',
          '1900-02-29',
          '2026-04-31',
          '2026-00-01',
          '2026-13-01',
          '2026-01-00',
        ],
        ...[
          '2026-1-1',
          '26-01-01',
          '2026/01/01',
          '2026-01-01T00:00:00Z',
          ' 2026-01-01',
          '2026-01-01\n',
          '+02026-01-01',
        ],
      ],
    ],
    [
      'date-time',
      'must be a date and time with an offset, such as 2026-02-28T09:30:00+01:00',
      [
        ...[
          '',
          '2026-02-28',
          '2026-02-28T09:30:00',
          '2026-02-28T09:30Z',
          '2026-02-28 09:30:00Z',
          '2026-02-30T09:30:00Z',
        ],
        ...['2026-02-28T24:00:00Z', '2026-02-28T09:60:00Z', '2016-12-31T23:59:60Z', '2026-02-28T09:30:00.Z'],
        ...[
          '2026-02-28T09:30:00+1:00',
          '2026-02-28T09:30:00+24:00',
          '2026-02-28T09:30:00+0100',
          '2026-02-28T09:30:00Z\n',
        ],
      ],
    ],
  ] as const)('%s is refused: %s', (format, message, texts) => {
    for (const text of texts)
      expect({ text, ...checkFormAnswer(formOf({ ...TEXT, format }), { a: text }) }).toEqual({
        text,
        ...refusal(message),
      });
  });
});

describe('a field without a value', () => {
  test('is absent if it is optional', () => {
    expect(checkFormAnswer(formOf(TEXT, []), {})).toEqual({ answer: {} });
    expect(checkFormAnswer({ type: 'object', properties: { a: TEXT } }, { a: undefined })).toEqual({
      answer: {},
    });
  });

  test('is an issue if it is required, also if it has a default', () => {
    expect(checkFormAnswer(formOf({ ...TEXT, default: 'x' }), {})).toEqual(refusal('is required'));
  });

  test('does not get its default', () => {
    expect(checkFormAnswer(formOf({ ...TEXT, default: 'x' }, []), {})).toEqual({ answer: {} });
  });

  test.each<[string, FormField]>([
    ['with a format', { ...TEXT, format: 'email' }],
    ['with a minimum length', { ...TEXT, minLength: 1 }],
    ['with a selection', ONE],
  ])('may be an empty text if it is an optional text %s', (_, field) => {
    expect(checkFormAnswer(formOf(field, []), { a: '' })).toEqual({ answer: {} });
    expect(checkFormAnswer(formOf(field), { a: '' })).toHaveProperty('issues');
  });

  test('is not a text that is only short', () => {
    expect(checkFormAnswer(formOf({ ...TEXT, minLength: 2 }, []), { a: ' ' })).toEqual(
      refusal('must be at least 2 characters'),
    );
  });

  test('must not be an empty text in any other field', () => {
    expect(checkFormAnswer(formOf(NUMBER, []), { a: '' })).toEqual(refusal('must be a number'));
  });

  test('must not be null', () => {
    expect(checkFormAnswer(formOf(TEXT, []), { a: null })).toEqual(refusal('must be a text'));
  });
});

describe('the whole answer', () => {
  test('gets all its issues, in the order of the form, under the names of the fields as they are', () => {
    const form: QuestionForm = {
      type: 'object',
      properties: { 'x.y': NUMBER, a: TEXT, 'b[0]': { type: 'boolean' } },
      required: ['a'],
    };
    expect(checkFormAnswer(form, { more: 1, 'b[0]': 1, 'x.y': '' })).toEqual({
      issues: [
        { path: 'x.y', message: 'must be a number' },
        { path: 'a', message: 'is required' },
        { path: 'b[0]', message: 'must be true or false' },
        { path: 'more', message: 'is not a field of the form' },
      ],
    });
  });

  test('has the values in the order of the form', () => {
    const form: QuestionForm = { type: 'object', properties: { b: TEXT, a: TEXT } };
    expect(JSON.stringify(checkFormAnswer(form, { a: '1', b: '2' }))).toBe('{"answer":{"b":"2","a":"1"}}');
  });

  test.each([[null], [[]], [[1]], ['a'], [1], [true]])('must be an object, and not %j', (answer) => {
    expect(checkFormAnswer(formOf(TEXT, []), answer)).toEqual({
      issues: [{ path: '', message: 'must be an object' }],
    });
  });

  test('has a short list of issues, however many unknown fields there are', () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`${index}`.repeat(500), 1]));
    const check = checkFormAnswer(formOf(TEXT, []), many);
    expect(JSON.stringify(check).length).toBeLessThan(10_000);
    expect(check).toHaveProperty('issues.length', 30);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'may have a field with the name %s',
    (name) => {
      const form = { type: 'object', properties: JSON.parse(`{"${name}": {"type": "string"}}`) } as const;
      const given = JSON.parse(`{"${name}": "x"}`);
      expect(JSON.stringify(checkFormAnswer(form, given))).toBe(`{"answer":{"${name}":"x"}}`);
      expect(checkFormAnswer({ ...form, required: [name] }, {})).toEqual({
        issues: [{ path: name, message: 'is required' }],
      });
      expect(checkFormAnswer(formOf(TEXT, []), given)).toEqual({
        issues: [{ path: name, message: 'is not a field of the form' }],
      });
    },
  );
});

describe('every form', () => {
  test('accepts an answer that is made of valid values, and keeps it as it is', () => {
    fc.assert(
      fc.property(filledForm, ({ form, answer }) => {
        expect(checkFormAnswer(form, answer)).toEqual({ answer });
      }),
    );
  });

  test('accepts only what is valid as JSON Schema, whatever JSON the answer is', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false, ownProperties: true });
    const someJson = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('', 0, [], null));
    fc.assert(
      fc.property(
        filledForm,
        fc.array(someJson, { minLength: 8 }),
        fc.nat(),
        ({ form, answer }, others, nth) => {
          const names = Object.keys(form.properties);
          const changed = names[nth % names.length]!;
          for (const given of [...others, ...others.map((other) => ({ ...answer, [changed]: other }))]) {
            const check = checkFormAnswer(form, given);
            if ('answer' in check) expect(ajv.validate(form, check.answer)).toBe(true);
            else expect(check.issues).not.toEqual([]);
          }
        },
      ),
    );
  });
});
