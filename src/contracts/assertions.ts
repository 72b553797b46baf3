import assert from 'node:assert/strict';
import { inspect, isDeepStrictEqual } from 'node:util';

/**
 * Asserts that all fields of `expected` are in `actual` and equal. Arrays must have the same length.
 */
export function assertMatches(actual: unknown, expected: unknown): void {
  assert.deepEqual(pickFields(expected, actual), expected);
}

/** Asserts that one of the values equals `wanted`. */
export function assertIncludes<Value>(values: readonly Value[], wanted: Value): void {
  assert.ok(isAmong(values, wanted), `${inspect(wanted)} is not among ${inspect(values)}`);
}

/** Asserts that none of the values equals `unwanted`. */
export function assertExcludes<Value>(values: readonly Value[], unwanted: Value): void {
  assert.ok(!isAmong(values, unwanted), `${inspect(unwanted)} is among ${inspect(values)}`);
}

const isAmong = (values: readonly unknown[], value: unknown): boolean =>
  values.some((each) => isDeepStrictEqual(each, value));

/** Returns only those fields of `actual` that `expected` has, so that a failure shows only the difference. */
function pickFields(expected: unknown, actual: unknown): unknown {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return actual.map((each, nth) => pickFields(expected[nth], each));
  }
  if (!isRecord(expected) || typeof actual !== 'object' || actual === null) return actual;
  const present = Object.entries(expected).filter(([name]) => name in actual);
  return Object.fromEntries(
    present.map(([name, value]) => [name, pickFields(value, (actual as Record<string, unknown>)[name])]),
  );
}

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
