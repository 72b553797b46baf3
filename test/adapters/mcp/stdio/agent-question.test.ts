import { describe, expect, test } from 'vitest';
import {
  agentAnswer,
  agentQuestionText,
  parseAgentQuestions,
} from '../../../../src/adapters/mcp/stdio/agent-question.ts';
import { parseQuestion } from '../../../../src/domain/text/question-text.ts';

const COLOURS = {
  question: 'Which colour?',
  options: [
    { label: 'Red', description: 'Like fire' },
    { label: 'Dark  blue\nor so', description: ' ' },
  ],
};

test('a question shows what its options mean, and its options can be tapped', () => {
  expect(parseQuestion(agentQuestionText(COLOURS))).toEqual({
    text: 'Which colour?\n\n- **Red**: Like fire',
    options: ['Red', 'Dark blue or so'],
  });
});

test('a question without options is only its text', () => {
  expect(agentQuestionText({ question: 'Why?', options: [] })).toBe('Why?');
});

describe('the answer', () => {
  test.each([
    ['red', 'Red'],
    ['1', 'Red'],
    ['2. dark blue or so', COLOURS.options[1]!.label],
    ['Dark blue or so', COLOURS.options[1]!.label],
    [' Green, please ', 'Green, please'],
    ['1, 2', '1, 2'],
  ])('%j is passed on as %j', (answer, passedOn) => {
    expect(agentAnswer(COLOURS, answer)).toBe(passedOn);
  });

  test.each([
    ['2,red', `${COLOURS.options[1]!.label}, Red`],
    ['red', 'Red'],
    ['red, and green', 'red, and green'],
  ])('%j is passed on as %j where several are possible', (answer, passedOn) => {
    expect(agentAnswer({ ...COLOURS, multiSelect: true }, answer)).toBe(passedOn);
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
