import { expect, test } from 'vitest';
import { deadlineText } from '../../../src/composition/terminal/deadline-text.ts';

const NOW = Date.parse('2026-05-01T12:00:00.000Z');
const NOTHING = { multiple: false, min: 1, max: 1, options: null, form: null, on_expiry: 'default' } as const;
const endsIn = (ms: number, question: Parameters<typeof deadlineText>[0]['question'] = null) =>
  deadlineText({ expires_at: new Date(NOW + ms).toISOString(), question }, NOW);

test.each([
  [-1, 'now'],
  [0, 'now'],
  [1, 'in 1 s'],
  [89_999, 'in 90 s'],
  [5 * 60_000 - 1, 'in 5 min'],
  [2 * 3_600_000, 'in 2 h'],
  [50 * 3_600_000, 'in 2 days'],
])('a deadline in %i ms is %j', (ms, text) => {
  expect(endsIn(ms)).toBe(`Ends ${text} without an answer`);
});

test('the default answer is shown as a person reads it', () => {
  const options = ['a', 'b'].map((value) => ({ label: value.toUpperCase(), value, description: null }));
  const form = { type: 'object' as const, properties: { port: { type: 'integer' as const } } };
  expect(endsIn(1_000, { ...NOTHING, default_answer: 'go\non' })).toBe('Ends in 1 s: go ⏎ on');
  expect(endsIn(1_000, { ...NOTHING, options, default_answer: ['b'] })).toBe('Ends in 1 s: B');
  expect(endsIn(1_000, { ...NOTHING, options, default_answer: [] })).toBe('Ends in 1 s: None');
  expect(endsIn(1_000, { ...NOTHING, form, default_answer: { port: 1 } })).toBe('Ends in 1 s: port: 1');
});

test('a question without a deadline has no such text', () => {
  expect(deadlineText({ expires_at: null, question: null }, NOW)).toBeNull();
});
