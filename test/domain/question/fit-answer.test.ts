import { describe, expect, test } from 'vitest';
import type { AnswerContent } from '../../../src/domain/question/answer-content.ts';
import type { Choice } from '../../../src/domain/question/choice.ts';
import { AnswerMismatchError, fitAnswer } from '../../../src/domain/question/fit-answer.ts';
import type { QuestionShape } from '../../../src/domain/question/question-shape.ts';
import { aChoice, aForm, aShape } from '../../support/question-builders.ts';
import { refusalOf } from '../refusal-of.ts';

const one = aShape({ choice: aChoice() });
const option = (label: string) => ({ label, value: label.toLowerCase(), description: null });
/** Several of the options A to D. */
const some = (limits: Partial<Choice>) =>
  aShape({
    choice: { options: ['A', 'B', 'C', 'D'].map(option), multiple: true, min: 0, max: 4, ...limits },
  });
const form = aShape({ form: aForm() });

/** Returns the issues of an answer that does not fit. */
const issuesOf = (shape: QuestionShape | null, answer: AnswerContent) => {
  const refused = refusalOf(() => fitAnswer(shape, answer));
  expect(refused).toBeInstanceOf(AnswerMismatchError);
  expect(refused.code).toBe('answer_does_not_fit');
  return (refused as AnswerMismatchError).issues;
};

describe('a text', () => {
  test.each([
    ['no question', null],
    ['a question that asks for a text', aShape()],
  ])('answers %s as it is', (_, shape) => {
    expect(fitAnswer(shape, ' Yes ')).toEqual({ content: ' Yes ', values: null, form: null });
  });

  test.each([
    ['the label', 'Yes', ['y']],
    ['the value', 'n', ['n']],
    ['the label, between white space', ' Yes\n', ['y']],
    ['something else', 'yes please', null],
    ['the label in other letters', 'YES', null],
  ])('that is %s of an option chooses it, or none', (_, text, values) => {
    expect(fitAnswer(one, text)).toEqual({ content: text, values, form: null });
  });

  test('that is the value of one option and the label of another chooses by the value', () => {
    const options = [
      { label: '2', value: '1', description: null },
      { label: '1', value: '2', description: null },
    ];
    expect(fitAnswer(aShape({ choice: aChoice({ options }) }), '1').values).toEqual(['1']);
  });

  test.each([
    [0, ['b']],
    [1, ['b']],
    [2, null],
  ])('chooses one of several options if one is enough: of at least %i', (min, values) => {
    expect(fitAnswer(some({ min }), 'B')).toEqual({ content: 'B', values, form: null });
  });

  test('cannot answer a form', () => {
    expect(issuesOf(form, 'port 80')).toEqual([
      { path: 'content', message: 'cannot answer a form. Send form instead' },
    ]);
  });
});

describe('values', () => {
  test.each<[QuestionShape, string[], string, string[]]>([
    [one, ['n'], 'No', ['n']],
    [some({}), ['d', 'a'], 'A, D', ['a', 'd']],
    [some({}), ['a', 'b', 'c', 'd'], 'A, B, C, D', ['a', 'b', 'c', 'd']],
    [some({}), [], 'None', []],
    [some({ min: 1, max: 2 }), ['c'], 'C', ['c']],
  ])(
    'fit, and become a text of the labels in the order of the options (%j, %j)',
    (shape, values, content, chosen) => {
      expect(fitAnswer(shape, { values })).toEqual({ content, values: chosen, form: null });
    },
  );

  test.each<[string, QuestionShape | null, string[], string]>([
    ['no question', null, ['y'], 'is only for a question with options'],
    ['a question without options', aShape(), ['y'], 'is only for a question with options'],
    ['a form', form, ['y'], 'is only for a question with options'],
    ['an unknown value', one, ['maybe'], 'must be values of the options: "y", "n"'],
    ['a label instead of a value', one, ['Yes'], 'must be values of the options: "y", "n"'],
    ['none of one', one, [], 'must have exactly 1'],
    ['two of one', one, ['y', 'n'], 'must have exactly 1'],
    ['too few', some({ min: 2, max: 3 }), ['a'], 'must have 2 to 3 of them'],
    ['too many', some({ min: 2, max: 3 }), ['a', 'b', 'c', 'd'], 'must have 2 to 3 of them'],
    ['not exactly as many', some({ min: 2, max: 2 }), ['a'], 'must have exactly 2'],
    ['a value twice', some({}), ['a', 'a'], 'must have each value once'],
    [
      'more than any question has',
      some({}),
      Array.from({ length: 31 }, (_, n) => `${n}`),
      'must have each value once',
    ],
  ])('are refused: %s', (_, shape, values, message) => {
    expect(issuesOf(shape, { values })).toEqual([{ path: 'values', message }]);
  });
});

describe('a filled in form', () => {
  test('fits its form, and becomes a text', () => {
    const fitting = fitAnswer(form, { form: { port: 80 } });
    expect(fitting).toEqual({ content: expect.stringContaining('80'), values: null, form: { port: 80 } });
  });

  test.each<[string, QuestionShape | null]>([
    ['no question', null],
    ['a question that asks for a text', aShape()],
    ['a question with options', one],
  ])('is refused for %s', (_, shape) => {
    expect(issuesOf(shape, { form: { port: 80 } })).toEqual([
      { path: 'form', message: 'is only for a question with a form' },
    ]);
  });
});

test('the error names the first issue and its field', () => {
  expect(refusalOf(() => fitAnswer(one, { values: ['maybe'] }))).toMatchObject({
    field: 'values',
    message: 'The answer does not fit the question: values must be values of the options: "y", "n"',
  });
});
