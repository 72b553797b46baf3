import { expect, test } from 'vitest';
import { isQuietLine } from '../../web/src/model/quiet-line.ts';
import { aMessage, aQuestion } from './builders.ts';

test('only a step about a remembered permission is a quiet line', () => {
  const metadata = { permission: 'remembered', use: '1' };
  expect(isQuietLine(aMessage(1, { metadata }))).toBe(true);
  expect(isQuietLine(aMessage(1, { metadata: { permission: 'asked' } }))).toBe(false);
  expect(isQuietLine(aMessage(1))).toBe(false);
  // It has to be seen, because the agent waits for its answer.
  expect(isQuietLine(aQuestion(1, { metadata }))).toBe(false);
});
