import { describe, expect, test } from 'vitest';
import { JsonSizeCounter, refuseLargeJson } from '../../../../src/adapters/koa/body/json-size.ts';
import { refuseHostileJson } from '../../../../src/application/dispatch/hostile-json.ts';

/** Returns the code with which a check refuses; null if it does not. */
function codeOf(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
}
const beforeParsing = (json: string) => codeOf(() => refuseLargeJson(Buffer.from(json)));
const afterParsing = (json: string) => codeOf(() => refuseHostileJson(JSON.parse(json)));

/** Texts that look like JSON with more, fewer or deeper values than they have. */
const STRINGS = ['', ',', '[[[[', '"', '\\', '\\"', '\\\\', '{"a":[1,2]}', '\u2028', '€'];

describe('JSON with many values', () => {
  test.each([9_999, 10_000, 10_001, 500_000])('is counted before it is parsed as afterwards: %i', (count) => {
    const values = Array.from({ length: count - 1 }, (_, nth) => STRINGS[nth % STRINGS.length]);
    const json = JSON.stringify(values);
    expect(beforeParsing(json)).toBe(count > 10_000 ? 'too_many_values' : null);
    expect(beforeParsing(json)).toBe(afterParsing(json));
  });

  test.each([1, 2, 3, 7, 64, 1_000])('is counted in pieces of %i bytes as in one', (size) => {
    const inPieces = (json: Buffer) =>
      codeOf(() => {
        const counter = new JsonSizeCounter();
        for (let from = 0; from < json.length; from += size) counter.add(json.subarray(from, from + size));
      });
    for (const count of [10_000, 10_001]) {
      const values = Array.from({ length: count - 1 }, (_, nth) => STRINGS[nth % STRINGS.length]);
      const json = Buffer.from(JSON.stringify(values));
      expect(inPieces(json)).toBe(count > 10_000 ? 'too_many_values' : null);
    }
  });

  test('is not what a long text with commas and brackets is', () => {
    expect(beforeParsing(JSON.stringify({ content: ',[{"\\'.repeat(100_000) }))).toBeNull();
  });

  test.each(['{', '['])('is refused as too deep if it is that, too: %s', (open) => {
    expect(beforeParsing(open.repeat(100_000))).toBe('too_deep');
    expect(beforeParsing(`${'[{}],'.repeat(4_000)}[]`)).toBe('too_many_values');
  });

  test.each(['"', '["\\', '{"a":"', '],],'.repeat(9_000), ' '.repeat(100_000)])(
    'is left to the parser if it is broken',
    (broken) => {
      expect(beforeParsing(broken.padStart(30_000))).not.toBe('too_deep');
    },
  );
});
