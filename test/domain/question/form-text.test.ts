import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FormField, FormValue } from '../../../src/domain/question/form.ts';
import { formText } from '../../../src/domain/question/form-text.ts';
import { isBlank } from '../../../src/domain/text/blank.ts';
import { filledForm } from './filled-forms.ts';

const TITLED = [
  { const: 'r', title: 'Red' },
  { const: 'g', title: 'Green' },
];
const textOf = (field: FormField, value?: FormValue) =>
  formText({ type: 'object', properties: { a: field } }, value === undefined ? {} : { a: value });

test.each<[string, FormField, FormValue | undefined, string]>([
  ['a text has its name', { type: 'string' }, 'x', 'a: x'],
  ['a title replaces the name', { type: 'string', title: 'Name' }, 'x', 'Name: x'],
  ['a number is a JavaScript number', { type: 'number' }, 0.5, 'a: 0.5'],
  ['0 is a value', { type: 'integer' }, 0, 'a: 0'],
  ['true is Yes', { type: 'boolean' }, true, 'a: Yes'],
  ['false is No', { type: 'boolean' }, false, 'a: No'],
  ['a value without a title is shown itself', { type: 'string', enum: ['r'] }, 'r', 'a: r'],
  ['a value has its title', { type: 'string', oneOf: TITLED }, 'g', 'a: Green'],
  ['a value has its title of enumNames', { type: 'string', enum: ['r'], enumNames: ['Red'] }, 'r', 'a: Red'],
  [
    'values are joined',
    { type: 'array', items: { type: 'string', enum: ['r', 'g'] } },
    ['g', 'r'],
    'a: g, r',
  ],
  ['titles are joined', { type: 'array', items: { anyOf: TITLED } }, ['r', 'g'], 'a: Red, Green'],
  ['no chosen value is shown', { type: 'array', items: { anyOf: TITLED } }, [], 'a: (none)'],
  ['an empty text is shown', { type: 'string' }, '', 'a: (none)'],
  ['a field without a value is shown', { type: 'string', default: 'x' }, undefined, 'a: (none)'],
  ['the lines of a value are indented', { type: 'string' }, 'x\nb: y\r\n\u2028z', 'a: x\n  b: y\n  \n  z'],
  [
    'a title that is a question gets no colon',
    { type: 'boolean', title: 'With TLS?' },
    false,
    'With TLS? No',
  ],
  ['nor does one with a colon', { type: 'string', title: 'Port: ' }, '80', 'Port: 80'],
  ['nor does one with a wide mark', { type: 'string', title: '端口：' }, '80', '端口： 80'],
  ['a title is one line', { type: 'string', title: 'Your\n name' }, 'x', 'Your name: x'],
  ['the title of a value is one line', { type: 'string', enum: ['r'], enumNames: ['R\nx'] }, 'r', 'a: R x'],
])('%s', (_, field, value, expected) => {
  expect(textOf(field, value)).toBe(expected);
});

test('each field has a line, in the order of the form', () => {
  const form = { type: 'object', properties: { b: { type: 'string' }, a: { type: 'boolean' } } } as const;
  expect(formText(form, { a: true, b: 'x' })).toBe('b: x\na: Yes');
});

test.each(['__proto__', 'constructor', 'toString'])('a field may have the name %s', (name) => {
  const form = { type: 'object', properties: JSON.parse(`{"${name}": {"type": "string"}}`) } as const;
  expect(formText(form, JSON.parse(`{"${name}": "x"}`))).toBe(`${name}: x`);
  expect(formText(form, {})).toBe(`${name}: (none)`);
});

test('a filled in form has as many lines without indent as fields, and is never blank', () => {
  fc.assert(
    fc.property(filledForm, ({ form, answer }) => {
      const text = formText(form, answer);
      expect(isBlank(text)).toBe(false);
      expect(text.split(/\n(?! {2})/)).toHaveLength(Object.keys(form.properties).length);
    }),
  );
});
