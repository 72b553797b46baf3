import { describe, expect, test } from 'vitest';
import { FieldCutter } from '../../../../src/adapters/koa/body/field-cutter.ts';

const KEPT = 24;

/** Cuts a text that arrives in pieces of `size` bytes. */
function cut(text: string, size = Number.POSITIVE_INFINITY, maxOtherBytes = 1_000): string {
  const cutter = new FieldCutter({ name: 'git_diff', keptBytes: KEPT }, maxOtherBytes);
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) cutter.add(bytes.subarray(start, start + size));
  return cutter.finish().toString();
}

const long = 'x'.repeat(100);

describe('keeps every text as it is', () => {
  test.each([
    '{}',
    '[]',
    '""',
    '',
    '{"git_diff":"short","content":"hi"}',
    `{"content":"${long}","other":["${long}",{"git_diff":"${long}"}]}`,
    `{"message_metadata":{"git_diff":"${long}"}}`,
    `["git_diff","${long}"]`,
    `{"git_diff":["${long}"]}`,
    `{"git_diff":null,"x":"${long}"}`,
    `{"git_diff ":"${long}"}`,
    `{"content":"git_diff","x":"${long}"}`,
    `{"content":"\\",\\"git_diff\\":\\"${long}"}`,
    `{"git_dif${long}":"${long}"}`,
    'this is not JSON',
    `{"a":"b" "git_diff"}`,
  ])('%s', (text) => {
    for (const size of [1, 2, 7, 1_000]) expect(cut(text, size)).toBe(text);
  });
});

test.each([
  ['a plain text', `{"a":1,"git_diff":"${long}","b":2}`, 'x'.repeat(KEPT)],
  ['a name with white space around', `{ "git_diff" \n:\t "${long}" , "b":2}`, 'x'.repeat(KEPT)],
  ['a name written with escapes', `{"git\\u005fdiff":"${long}"}`, 'x'.repeat(KEPT)],
  ['escaped quotes and backslashes', `{"git_diff":"${'\\"\\\\'.repeat(50)}","b":2}`, '"\\'.repeat(6)],
  ['\\u escapes, of which none is split', `{"git_diff":"xy${'\\u0041'.repeat(50)}"}`, `xy${'A'.repeat(4)}`],
  ['escaped quotes as \\u0022', `{"git_diff":"${'\\u0022'.repeat(50)}","b":2}`, '"'.repeat(4)],
  ['letters of several bytes, of which none is split', `{"git_diff":"x${'é€😀'.repeat(20)}"}`, 'xé€😀é€😀é€'],
])('cuts %s, and keeps all other fields', (_name, text, kept) => {
  for (const size of [1, 3, 10, 1_000]) {
    const left = JSON.parse(cut(text, size)) as { git_diff: string };
    expect(left).toEqual({ ...JSON.parse(text), git_diff: left.git_diff });
    expect(left.git_diff.startsWith(kept)).toBe(true);
    expect(Buffer.byteLength(left.git_diff)).toBeLessThan(KEPT + 6);
    expect(JSON.parse(text).git_diff.startsWith(left.git_diff)).toBe(true);
  }
});

test('the last of two fields counts, as in JSON.parse', () => {
  const text = `{"git_diff":"${long}","git_diff":"short"}`;
  expect(JSON.parse(cut(text, 5))).toEqual({ git_diff: 'short' });
});

test('what is too large without the field is refused, and so are many such fields', () => {
  expect(() => cut(`{"git_diff":"${long}","content":"${long}"}`, 10, 100)).toThrow('larger than 100 bytes');
  expect(() => cut(`{"content":"${long}`, 10, 100)).toThrow('larger than 100 bytes');
  expect(() => cut(`{${`"git_diff":"${long}",`.repeat(3)}`, 10)).toThrow('larger than');
});

test('a text cut off in the field stays no JSON', () => {
  expect(() => JSON.parse(cut(`{"git_diff":"${long}`))).toThrow(SyntaxError);
});
