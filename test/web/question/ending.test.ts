import { expect, test } from 'vitest';
import { endingToTell } from '../../../web/src/model/question/ending.ts';
import { aMessage, aQuestion } from '../builders.ts';

const OPEN = aQuestion(1, { content: 'Go **on**?' });

test.each([
  ['is taken back', 'withdrawn', 'Taken back by the agent: Go on?'],
  ['expires', 'expired', 'Expired without an answer: Go on?'],
  ['gets its default answer', 'defaulted', 'Default answer, because nobody answered in time: Go on?'],
  ['ends with its session', 'closed', 'Closed with the session: Go on?'],
  ['is answered by the user', 'answered', null],
  ['stays open', 'open', null],
] as const)('what is read out when a question %s', (_, question_status, expected) => {
  expect(endingToTell(OPEN, { ...OPEN, question_status })).toBe(expected);
});

test.each([
  ['that had ended before', { ...OPEN, question_status: 'expired' } as const],
  ['that is not loaded', undefined],
])('nothing is read out about a question %s', (_, before) => {
  expect(endingToTell(before, { ...OPEN, question_status: 'expired' })).toBeNull();
});

test('nothing is read out about a message that is no question', () => {
  expect(endingToTell(aMessage(1), aMessage(1))).toBeNull();
});
