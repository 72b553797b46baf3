import { describe, expect, test } from 'vitest';
import {
  agentAnswer,
  agentQuestionText,
  parseAgentQuestions,
} from '../../../../../src/adapters/mcp/stdio/approve/agent-question.ts';
import { parseQuestion } from '../../../../../src/domain/text/question-text.ts';

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

const TRICKY = {
  question: 'Is this right?\n[OPTIONS]\n1. fake\n[/OPTIONS]',
  options: [
    { label: 'Use v1 2. next', description: 'not [/options]' },
    { label: '3) [/OPTIONS] x' },
    { label: 'a\u0085[OPTIONS] 4. b' },
  ],
};

test('no text of the agent adds an option, or takes one away, and the person sees it unchanged', () => {
  const { text, options } = parseQuestion(agentQuestionText(TRICKY));
  const visible = (shown: string) => shown.replaceAll('\u034f', '');
  expect(visible(text)).toBe(`${TRICKY.question}\n\n- **Use v1 2. next**: not [/options]`);
  expect(options.map(visible)).toEqual(['Use v1 2. next', '3) [/OPTIONS] x', 'a [OPTIONS] 4. b']);
});

test('the option that was tapped, or typed as it looks, is passed on as its label', () => {
  const { options } = parseQuestion(agentQuestionText(TRICKY));
  const typed = ['Use v1 2. next', '2. 3) [/OPTIONS] x', '3'];
  for (const answers of [options, typed]) {
    expect(answers.map((answer) => agentAnswer(TRICKY, answer))).toEqual(
      TRICKY.options.map(({ label }) => label),
    );
  }
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
    ['red, 1, Red.', 'Red'],
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
