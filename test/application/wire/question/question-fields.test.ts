import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../../src/application/errors.ts';
import {
  hasQuestionFields,
  QUESTION_FIELDS,
  type QuestionFields,
  readQuestion,
  readQuestionPlan,
} from '../../../../src/application/wire/question/question-fields.ts';
import type { Choice } from '../../../../src/domain/question/choice.ts';
import { messageIdOf, NOW } from '../../../support/builders.ts';
import { aShape } from '../../../support/question-builders.ts';

const DAYS = 24 * 60 * 60;
const options = [{ label: 'Yes', value: 'y', description: 'Go on' }, { label: 'No' }];
const CHOICE_OPTIONS = [
  { label: 'Yes', value: 'y', description: 'Go on' },
  { label: 'No', value: 'No', description: null },
];
const form = {
  type: 'object' as const,
  properties: { port: { type: 'integer' as const } },
  required: ['port'],
};
const byDefault = { expires_in_seconds: 60, on_expiry: 'default' as const };
const read = (input: QuestionFields) => readQuestion('Deploy?', input);

/** Returns the issues for which the fields are refused. */
function issuesOf(input: QuestionFields) {
  try {
    read(input);
  } catch (error) {
    if (error instanceof RequestError && error.code === 'invalid_input') return error.issues;
    throw error;
  }
  return expect.unreachable('nothing was refused');
}

describe('what a question asks for', () => {
  test.each<[string, QuestionFields]>([
    ['no field', {}],
    ['null instead of a field', { options: null, multiple: null, min: null, form: null, on_expiry: null }],
    ['a deadline', { expires_in_seconds: 60 }],
    ['a deadline without a default', { expires_in_seconds: 60, on_expiry: 'expire' }],
  ])('is a text only, with %s', (_, input) => {
    expect(read(input)).toEqual({ content: 'Deploy?', shape: null });
  });

  test.each<[string, QuestionFields, Omit<Choice, 'options'>]>([
    ['one', {}, { multiple: false, min: 1, max: 1 }],
    ['one', { multiple: false }, { multiple: false, min: 1, max: 1 }],
    ['any', { multiple: true }, { multiple: true, min: 0, max: 2 }],
    ['at least one', { multiple: true, min: 1 }, { multiple: true, min: 1, max: 2 }],
    ['at most one', { multiple: true, max: 1 }, { multiple: true, min: 0, max: 1 }],
    ['exactly two', { multiple: true, min: 2, max: 2 }, { multiple: true, min: 2, max: 2 }],
  ])('is %s of its options (%j)', (_, input, limits) => {
    expect(read({ options, ...input })).toEqual({
      content: 'Deploy?',
      shape: aShape({ choice: { options: CHOICE_OPTIONS, ...limits } }),
    });
  });

  test('is a form', () => {
    expect(read({ form }).shape).toEqual(aShape({ form }));
  });

  test.each<[QuestionFields, object]>([
    [{ default_answer: 'go on' }, { defaultAnswer: 'go on' }],
    [{ on_expiry: null, default_answer: 'go on' }, { defaultAnswer: 'go on' }],
    [{ options, default_answer: ['y'] }, { defaultAnswer: { values: ['y'] } }],
    [{ options, multiple: true, default_answer: [] }, { defaultAnswer: { values: [] } }],
    [{ options, default_answer: 'something else' }, { defaultAnswer: 'something else' }],
    [{ form, default_answer: { port: 80 } }, { defaultAnswer: { form: { port: 80 } } }],
  ])('has a default answer that fits it: %j', (input, expected) => {
    expect(read({ ...byDefault, ...input }).shape).toMatchObject(expected);
  });
});

describe('fields of a question that do not fit each other are refused:', () => {
  test.each<[string, QuestionFields, string, string]>([
    ['options and a form', { options, form }, 'form', 'cannot be combined with options'],
    ['several of no options', { multiple: true }, 'multiple', 'needs options'],
    ['one of no options', { multiple: false }, 'multiple', 'needs options'],
    ['a least number of one', { options, min: 1 }, 'min', 'needs multiple: true'],
    ['a greatest number of one', { options, multiple: false, max: 1 }, 'max', 'needs multiple: true'],
    ['a number without options', { max: 1 }, 'max', 'needs multiple: true'],
    ['none at most', { options, multiple: true, max: 0 }, 'max', 'must be 1 to 2, the number of options'],
    [
      'more than there are',
      { options, multiple: true, max: 3 },
      'max',
      'must be 1 to 2, the number of options',
    ],
    ['at least more than there are', { options, multiple: true, min: 3 }, 'min', 'must be 0 to 2'],
    ['at least more than at most', { options, multiple: true, min: 2, max: 1 }, 'min', 'must be 0 to 1'],
    ['an end without a deadline', { on_expiry: 'expire' }, 'on_expiry', 'needs expires_in_seconds'],
    ['a default without an answer', byDefault, 'default_answer', 'is required with on_expiry "default"'],
    [
      'a default answer without a deadline',
      { default_answer: 'yes' },
      'default_answer',
      'needs expires_in_seconds',
    ],
    [
      'a default answer with the other end',
      { expires_in_seconds: 60, on_expiry: 'expire', default_answer: 'yes' },
      'default_answer',
      'needs on_expiry "default"',
    ],
    [
      'a default answer that is no option',
      { ...byDefault, options, default_answer: ['maybe'] },
      'default_answer',
      'must fit the question: values must be values of the options: "y", "No"',
    ],
    [
      'values without options',
      { ...byDefault, default_answer: ['y'] },
      'default_answer',
      'must fit the question: values is only for a question with options',
    ],
    [
      'a text for a form',
      { ...byDefault, form, default_answer: 'port 80' },
      'default_answer',
      'must fit the question: content cannot answer a form. Send form instead',
    ],
    [
      'an object without a form',
      { ...byDefault, default_answer: { port: 80 } },
      'default_answer',
      'must fit the question: form is only for a question with a form',
    ],
  ])('%s', (_, input, path, message) => {
    expect(issuesOf(input)).toEqual([{ path, message }]);
  });
});

describe('the plan of a question', () => {
  test('has neither a deadline nor an earlier question, unless the fields say so', () => {
    expect(readQuestionPlan({}, NOW)).toEqual({ expiresAt: null, supersedes: null });
    expect(readQuestionPlan({ expires_in_seconds: null, supersedes: null }, NOW)).toEqual({
      expiresAt: null,
      supersedes: null,
    });
  });

  test.each([1, 30 * DAYS])('has its deadline %i s from now', (expires_in_seconds) => {
    const { expiresAt } = readQuestionPlan({ expires_in_seconds }, NOW);
    expect(expiresAt).toEqual(new Date(NOW.getTime() + expires_in_seconds * 1000));
  });

  test('has the earlier question in the canonical form of its id', () => {
    const id = messageIdOf(10);
    const sent = id.toUpperCase().replaceAll('-', '');
    expect(readQuestionPlan({ supersedes: sent }, NOW).supersedes).toBe(id);
  });
});

test('an input has fields of a question if one of them is neither absent nor null', () => {
  expect(hasQuestionFields({})).toBe(false);
  expect(hasQuestionFields(Object.fromEntries(QUESTION_FIELDS.map((name) => [name, null])))).toBe(false);
  expect(hasQuestionFields({ multiple: false })).toBe(true);
  expect(hasQuestionFields({ min: 0 })).toBe(true);
});
