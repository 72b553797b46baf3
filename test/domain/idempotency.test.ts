import { expect, test } from 'vitest';
import {
  IDEMPOTENCY_WINDOW_MS,
  type IdempotencyRecord,
  isIdempotencyKey,
  recordedAnswer,
} from '../../src/domain/idempotency.ts';
import { BEFORE, NOW } from '../support/builders.ts';
import { refusalOf } from './refusal-of.ts';

const request = { key: 'k', fingerprint: 'the request', requestedAt: NOW };
const record: IdempotencyRecord = { fingerprint: 'the request', answer: '{"n":1}', recordedAt: BEFORE };

test('a request without a record has no recorded answer', () => {
  expect(recordedAnswer(request, null)).toBeNull();
});

test('the same request gets its recorded answer, character for character', () => {
  expect(recordedAnswer(request, record)).toBe('{"n":1}');
});

test('another request under the same key is refused', () => {
  const refusal = refusalOf(() => recordedAnswer({ ...request, fingerprint: 'another' }, record));
  expect(refusal).toMatchObject({ code: 'idempotency_key_reused', field: null });
});

test.each([
  ['k', true],
  ['deployed 1.2', true],
  ['k'.repeat(255), true],
  ['k'.repeat(256), false],
  ['', false],
  [' k', false],
  ['k ', false],
  [' ', false],
  ['déployé', false],
  ['a\tb', false],
  ['k\n', false],
])('%j may be an idempotency key: %s', (text, is) => expect(isIdempotencyKey(text)).toBe(is));

test('an answer is kept for at least a day', () => {
  expect(IDEMPOTENCY_WINDOW_MS).toBe(86_400_000);
});
