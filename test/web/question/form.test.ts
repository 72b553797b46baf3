import { describe, expect, test } from 'vitest';
import type { FormField, QuestionForm } from '../../../src/domain/question/form.ts';
import { filledFields } from '../../../web/src/model/question/filled-fields.ts';
import {
  type Entry,
  entriesOfAnswer,
  initialEntries,
  valuesOfEntries,
} from '../../../web/src/model/question/form-entries.ts';
import { errorsIn, errorsOfResponse } from '../../../web/src/model/question/form-errors.ts';
import { fieldsOf } from '../../../web/src/model/question/form-fields.ts';

const aForm = (
  properties: { readonly [name: string]: FormField },
  required: string[] = [],
): QuestionForm => ({
  type: 'object',
  properties,
  required,
});
const onlyField = (field: FormField) => fieldsOf(aForm({ field }))[0]!;
const sentValue = (field: FormField, entry: Entry, required: string[] = []) =>
  valuesOfEntries(aForm({ field }, required), { field: entry }).field;

const COLOURS = ['red', 'green'];
const TITLED = [{ const: 'r', title: 'Red' }];

describe('a field of a form', () => {
  test.each<[string, FormField, object]>([
    ['text', { type: 'string' }, { kind: 'text', inputType: 'text' }],
    ['long text', { type: 'string', maxLength: 5_000 }, { kind: 'long-text' }],
    ['text whose default has lines', { type: 'string', default: 'a\nb' }, { kind: 'long-text' }],
    ['e-mail address', { type: 'string', format: 'email' }, { kind: 'text', inputType: 'email' }],
    ['link', { type: 'string', format: 'uri' }, { kind: 'text', inputType: 'url' }],
    ['date', { type: 'string', format: 'date' }, { kind: 'text', inputType: 'date' }],
    ['time', { type: 'string', format: 'date-time' }, { kind: 'text', inputType: 'datetime-local' }],
    ['number', { type: 'number', minimum: 1 }, { kind: 'number', step: 'any', minimum: 1 }],
    ['whole number', { type: 'integer' }, { kind: 'number', step: 1 }],
    ['yes or no', { type: 'boolean' }, { kind: 'checkbox' }],
    ['selection', { type: 'string', enum: COLOURS }, { kind: 'one' }],
    ['titled selection', { type: 'string', oneOf: TITLED }, { kind: 'one', values: TITLED }],
    ['multiple selection', { type: 'array', items: { anyOf: TITLED } }, { kind: 'several', values: TITLED }],
  ])('for a %s has the control for it', (_, field, control) => {
    expect(onlyField(field).control).toMatchObject(control);
  });

  test('is called by its title, or else by its name', () => {
    const fields = fieldsOf(aForm({ a: { type: 'string', title: 'Port' }, b: { type: 'string' } }));
    expect(fields.map(({ label }) => label)).toEqual(['Port', 'b']);
  });

  test.each<[FormField, boolean]>([
    [{ type: 'string' }, true],
    [{ type: 'boolean' }, false],
    [{ type: 'array', items: { type: 'string', enum: COLOURS } }, false],
    [{ type: 'array', items: { type: 'string', enum: COLOURS }, minItems: 1 }, true],
  ])('%j is marked as required only if it can be empty and must not be: %s', (field, expected) => {
    expect(fieldsOf(aForm({ field }, ['field']))[0]!.isRequired).toBe(expected);
  });
});

describe('what a person has filled in', () => {
  test.each<[FormField, Entry, unknown]>([
    [{ type: 'string' }, 'some text', 'some text'],
    [{ type: 'string' }, '  ', undefined],
    [{ type: 'string', format: 'email' }, ' a@b.example ', 'a@b.example'],
    [{ type: 'number' }, '1.5', 1.5],
    [{ type: 'number' }, '', undefined],
    [{ type: 'number' }, 'no number', 'no number'],
    [{ type: 'boolean' }, false, false],
    [{ type: 'boolean' }, true, true],
    [{ type: 'string', enum: COLOURS }, '', undefined],
    [{ type: 'array', items: { type: 'string', enum: COLOURS } }, [], undefined],
    [{ type: 'array', items: { type: 'string', enum: COLOURS } }, ['red'], ['red']],
  ])('of %j as %j is sent as %j', (field, entry, expected) => {
    expect(sentValue(field, entry)).toEqual(expected);
  });

  test('is an empty list for a required selection, because that has a value then', () => {
    const field: FormField = { type: 'array', items: { type: 'string', enum: COLOURS } };
    expect(sentValue(field, [], ['field'])).toEqual([]);
  });

  test('as a local time is sent with the offset of the time zone, and comes back as the same local time', () => {
    const field: FormField = { type: 'string', format: 'date-time' };
    const sent = String(sentValue(field, '2026-02-28T09:30'));
    expect(sent).toMatch(/^2026-02-28T09:30:00[+-]\d\d:\d\d$/);
    expect(new Date(sent)).toEqual(new Date(2026, 1, 28, 9, 30));
    expect(entriesOfAnswer(aForm({ field }), { field: sent })).toEqual({ field: '2026-02-28T09:30' });
  });

  test('begins with the defaults, which are what is sent if nobody changes them', () => {
    const form = aForm({
      name: { type: 'string', default: 'Orders' },
      port: { type: 'integer', default: 80 },
      isPublic: { type: 'boolean', default: true },
      colours: { type: 'array', items: { type: 'string', enum: COLOURS }, default: ['red'] },
      note: { type: 'string' },
    });
    const values = { name: 'Orders', port: 80, isPublic: true, colours: ['red'] };
    expect(valuesOfEntries(form, initialEntries(form))).toEqual(values);
  });

  test('goes with the names that objects have by themselves', () => {
    const form = aForm(JSON.parse('{"__proto__": {"type": "string"}, "constructor": {"type": "string"}}'));
    const values = valuesOfEntries(form, initialEntries(form));
    expect(Object.keys(values)).toEqual([]);
    const filled = valuesOfEntries(form, JSON.parse('{"__proto__": "a", "constructor": "b"}'));
    expect(Object.entries(filled)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect(errorsIn(form, filled).size).toBe(0);
  });
});

describe('what is wrong with a form', () => {
  test('is found by the check of the server, for each field', () => {
    const form = aForm({ port: { type: 'integer', maximum: 65_535 }, name: { type: 'string' } }, ['name']);
    expect([...errorsIn(form, { port: 70_000 })]).toEqual([
      ['port', 'must be at most 65535'],
      ['name', 'is required'],
    ]);
  });

  test('is read from the server’s response, too, also for a name with dots', () => {
    const errors = [
      { path: 'form.a.b', message: 'is required' },
      { path: 'via', message: 'is no field' },
    ];
    expect([...errorsOfResponse(errors)]).toEqual([['a.b', 'is required']]);
  });
});

describe('a filled in form', () => {
  const form = aForm({
    colours: { type: 'array', title: 'Colours', items: { anyOf: TITLED } },
    isPublic: { type: 'boolean' },
    note: { type: 'string' },
  });

  test('is shown with titles, in the order of the form', () => {
    expect(filledFields(form, { isPublic: false, colours: ['r'] })).toEqual([
      { name: 'colours', label: 'Colours', text: 'Red' },
      { name: 'isPublic', label: 'isPublic', text: 'No' },
    ]);
  });

  test('is shown with its names while the question is not loaded', () => {
    expect(filledFields(null, { colours: ['r'] })).toEqual([
      { name: 'colours', label: 'colours', text: 'r' },
    ]);
  });
});
