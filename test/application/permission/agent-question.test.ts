import { describe, expect, test } from 'vitest';
import {
  agentAnswer,
  parseAgentQuestions,
  personQuestion,
} from '../../../src/application/permission/agent-question.ts';

const COLOURS = {
  question: 'Which colour?',
  options: [
    { label: 'Red', description: 'Like fire' },
    { label: 'Dark  blue\nor so', description: ' ' },
  ],
};

const typed = (text: string) => ({ text, values: null });

test('a question offers its options, with what they mean, and their labels as values', () => {
  expect(personQuestion(COLOURS)).toEqual({
    text: 'Which colour?',
    options: [
      { label: 'Red', value: 'Red', description: 'Like fire' },
      { label: 'Dark blue or so', value: 'Dark  blue\nor so' },
    ],
    multiple: false,
  });
  expect(personQuestion({ ...COLOURS, multiSelect: true })).toMatchObject({ multiple: true });
});

test('a question without options is only its text', () => {
  expect(personQuestion({ question: 'Why?', options: [] })).toEqual({
    text: 'Why?',
    options: [],
    multiple: false,
  });
});

test('a label or a description that is too long is cut, and its value is not', () => {
  const [option] = personQuestion({
    question: 'Which?',
    options: [{ label: 'x'.repeat(900), description: 'y'.repeat(2_000) }],
  }).options;
  expect(option).toEqual({
    label: `${'x'.repeat(199)}…`,
    value: 'x'.repeat(900),
    description: `${'y'.repeat(999)}…`,
  });
});

test('equal options are one', () => {
  const options = [{ label: 'A' }, { label: 'B' }, { label: 'A' }];
  expect(personQuestion({ question: 'Which?', options }).options.map(({ value }) => value)).toEqual([
    'A',
    'B',
  ]);
});

test.each([
  ['too many options', Array.from({ length: 31 }, (_, nth) => ({ label: `${nth}` }))],
  ['a label that is too long for a value', [{ label: 'x'.repeat(1_001) }]],
  ['a blank label', [{ label: ' ' }, { label: 'B' }]],
])('a question with %s lists them in its text', (_what, options) => {
  const { text, options: offered } = personQuestion({ question: 'Which?', options });
  expect(offered).toEqual([]);
  expect(text).toContain(`\n${options.length}. ${options.at(-1)!.label}`);
});

describe('the answer', () => {
  test('of the options that were chosen is passed on as their labels', () => {
    const [red, blue] = COLOURS.options.map(({ label }) => label) as [string, string];
    const choose = (...values: string[]) => agentAnswer(COLOURS, { text: 'shown', values });
    expect([choose(red), choose(red, blue)]).toEqual([red, `${red}, ${blue}`]);
  });

  test.each([
    ['red', 'Red'],
    ['1', 'Red'],
    ['2. dark blue or so', COLOURS.options[1]!.label],
    ['Dark blue or so', COLOURS.options[1]!.label],
    [' Green, please ', 'Green, please'],
    ['1, 2', '1, 2'],
  ])('%j, typed, is passed on as %j', (answer, passedOn) => {
    expect(agentAnswer(COLOURS, typed(answer))).toBe(passedOn);
  });

  test.each([
    ['2,red', `${COLOURS.options[1]!.label}, Red`],
    ['red', 'Red'],
    ['red, 1, Red.', 'Red'],
    ['red, and green', 'red, and green'],
  ])('%j, typed, is passed on as %j where several are possible', (answer, passedOn) => {
    expect(agentAnswer({ ...COLOURS, multiSelect: true }, typed(answer))).toBe(passedOn);
  });
});

test.each([
  {},
  { questions: [] },
  { questions: 'Which?' },
  { questions: [{ question: '', options: [] }] },
  { questions: [{ question: 'Which?', options: ['Red'] }] },
])('input of another form has no questions: %j', (input) => {
  expect(parseAgentQuestions(input)).toBeNull();
});
