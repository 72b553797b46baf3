import { describe, expect, test } from 'vitest';
import { readAnswer, type Typed } from '../../../src/composition/terminal/typed-answer.ts';
import type { QuestionForm } from '../../../src/domain/question/form.ts';

type Asked = Parameters<typeof readAnswer>[0];

const NOTHING = {
  multiple: false,
  min: 0,
  max: 0,
  form: null,
  on_expiry: 'expire',
  default_answer: null,
} as const;
const choice = (labels: readonly string[], multiple = false): Asked => {
  const options = labels.map((label) => ({ label, value: `value of ${label}`, description: null }));
  return { question: { ...NOTHING, options, multiple } };
};
const text: Asked = { question: null };
const form = (properties: QuestionForm['properties']): Asked => ({
  question: { ...NOTHING, options: null, form: { type: 'object', properties } } as NonNullable<
    Asked['question']
  >,
});
const typed = (text: string): Typed => ({ kind: 'answer', text });

describe('a text', () => {
  test.each([
    ['2', choice(['Red', 'Blue']), { values: ['value of Blue'] }],
    [' 1 ', choice(['Red', 'Blue']), { values: ['value of Red'] }],
    ['Red', choice(['Red', 'Blue']), { content: 'Red' }],
    ['1,2', choice(['Red', 'Blue']), { content: '1,2' }],
    ['1, 3', choice(['Red', 'Blue', 'Green'], true), { values: ['value of Red', 'value of Green'] }],
    ['1, please', choice(['Red', 'Blue'], true), { content: '1, please' }],
    ['2', text, { content: '2' }],
  ])('%j to %j is %j', (answer, question, expected) => {
    expect(readAnswer(question, typed(answer))).toEqual(expected);
  });

  test.each(['0', '3', '99999999999999999999'])('%s is refused where there is no such option', (number) => {
    expect(() => readAnswer(choice(['Red', 'Blue']), typed(number))).toThrow(
      `There is no option ${number}. The options are: 1. Red  2. Blue`,
    );
  });

  test.each(['1', '2', '3'])('%s is refused where options are numbers like positions', (number) => {
    expect(() => readAnswer(choice(['2', '3', '5']), typed(number))).toThrow(
      `Write --option ${number} for the option, or --text ${number} for the text`,
    );
  });

  test('that is the number of an option and also its text is that option', () => {
    expect(readAnswer(choice(['1', '2', '3']), typed('2'))).toEqual({ values: ['value of 2'] });
  });

  test('that is the text of an option and no position is that option', () => {
    expect(readAnswer(choice(['2', '3', '5']), typed('5'))).toEqual({ values: ['value of 5'] });
  });

  test('is a position where options are numbers that are no positions', () => {
    expect(readAnswer(choice(['8080', '8081']), typed('2'))).toEqual({ values: ['value of 8081'] });
  });
});

describe('where numbers are options and positions', () => {
  const numbers = choice(['2', '3', '5'], true);

  test('--option means the position', () => {
    expect(readAnswer(numbers, { kind: 'options', numbers: ['1,3', '2'] })).toEqual({
      values: ['value of 2', 'value of 5', 'value of 3'],
    });
  });

  test('--text means the text', () => {
    expect(readAnswer(numbers, { kind: 'text', text: '3' })).toEqual({ content: '3' });
  });
});

describe('the fields of a form', () => {
  const fields = {
    name: { type: 'string' },
    port: { type: 'integer' },
    tls: { type: 'boolean' },
    stage: { type: 'string', oneOf: [{ const: 'stg', title: 'Staging' }] },
    days: { type: 'array', items: { type: 'string', enum: ['mo', 'tu', 'a,b'] } },
  } as const;
  const answer = (...typedFields: string[]) =>
    readAnswer(form(fields), { kind: 'fields', fields: typedFields });

  test('are read by their types', () => {
    expect(answer('name= a=b', 'port=8081', 'tls=yes', 'stage=Staging', 'days=mo,tu', 'days=a,b')).toEqual({
      form: { name: ' a=b', port: 8081, tls: true, stage: 'stg', days: ['mo', 'tu', 'a,b'] },
    });
  });

  test('stay texts where they are no values of their types, so that the server says what is wrong', () => {
    expect(answer('port=many', 'tls=perhaps', 'stage=moon', 'port=')).toEqual({
      form: { port: '', tls: 'perhaps', stage: 'moon' },
    });
  });

  test.each([
    ['constructor=1', 'The form has no field "constructor". Its fields are: name, port, tls, stage, days'],
    ['port', '--field "port" must be a name, = and a value'],
  ])('are refused: %s', (field, message) => {
    expect(() => answer(field)).toThrow(message);
  });
});

test.each<[string, Asked, Typed]>([
  ['The question has no options', text, { kind: 'options', numbers: ['1'] }],
  ['The question has no form', text, { kind: 'fields', fields: ['a=b'] }],
  ['The question is a form. Answer with --field', form({ a: { type: 'string' } }), typed('b')],
])('an answer of another kind is refused: %s', (message, question, answer) => {
  expect(() => readAnswer(question, answer)).toThrow(message);
});
