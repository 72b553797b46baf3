import { describe, expect, test } from 'vitest';
import { MAX_JSON_DEPTH, refuseHostileJson } from '../../../src/application/dispatch/hostile-json.ts';
import { RequestError } from '../../../src/application/errors.ts';

/** Returns the code and the path of the error; null if the value is accepted. */
function verdict(json: object) {
  try {
    refuseHostileJson(json);
    return null;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { code: error.code, path: error.issues[0]?.path ?? null };
  }
}

/** Returns nested objects or arrays around a text. */
const nested = (depth: number, within: (inner: unknown) => object): object =>
  Array.from({ length: depth - 1 }).reduce<object>(within, within('text'));
const inObject = (inner: unknown) => ({ a: inner });
const inArray = (inner: unknown) => [inner];

describe('depth', () => {
  test.each([
    ['objects', inObject],
    ['arrays', inArray],
  ])('%s may be nested 64 deep and no deeper', (_what, within) => {
    expect(MAX_JSON_DEPTH).toBe(64);
    expect(verdict(nested(64, within))).toBeNull();
    expect(verdict(nested(65, within))).toEqual({ code: 'too_deep', path: null });
  });

  test('is counted without recursion, however deep the value is', () => {
    expect(verdict(nested(1_000_000, inArray))?.code).toBe('too_deep');
  });

  test('is counted on every branch, not only on the first', () => {
    expect(verdict({ first: 'flat', deep: nested(64, inArray), last: [] })?.code).toBe('too_deep');
  });

  test('does not depend on width', () => {
    expect(verdict({ list: Array.from({ length: 1_000 }, () => ({ a: [1, null, true] })) })).toBeNull();
  });
});

test('an input has at most 10,000 values, wherever they are', () => {
  const lists = (length: number) => [[], Array.from({ length: length - 5 }), {}, 'text'];
  expect(verdict(lists(10_000))).toBeNull();
  expect(verdict(lists(10_001))).toEqual({ code: 'too_many_values', path: null });
  expect(verdict({ length: Array.from({ length: 10_000 }, () => ({})) })?.code).toBe('too_many_values');
});

describe('keys that reach into prototypes', () => {
  test.each(['__proto__', 'constructor', 'prototype'])('%s is refused at any depth', (key) => {
    const refused = { code: 'invalid_json', path: null };
    expect(verdict(JSON.parse(`{"${key}": 1}`))).toEqual(refused);
    expect(verdict(JSON.parse(`{"message_metadata": {"a": [{"${key}": {}}]}}`))).toEqual(refused);
  });

  test('are allowed as values, and as parts of other keys', () => {
    expect(verdict({ content: '__proto__', constructors: 1, __proto: 2 })).toBeNull();
  });
});

describe('text that no database can store', () => {
  test.each([
    ['NUL', 'a\0b'],
    ['a lone high surrogate', 'a\ud83db'],
    ['a lone low surrogate', '\ude00'],
    ['surrogates in the wrong order', '\ude00\ud83d'],
  ])('%s is refused in a field, in metadata and in a list', (_what, bad) => {
    const refusedAt = (path: string) => ({ code: 'invalid_character', path });
    expect(verdict({ content: bad })).toEqual(refusedAt('content'));
    expect(verdict({ message_metadata: { tool: { input: bad } } })).toEqual(
      refusedAt('message_metadata.tool.input'),
    );
    expect(verdict({ list: ['fine', { text: bad }] })).toEqual(refusedAt('list.1.text'));
  });

  test.each([
    ['NUL', 'a\0b', 'ab'],
    ['a lone surrogate', 'a\ud83db', 'a\uFFFDb'],
  ])('%s is refused in a key; the error shows the key without it', (_what, bad, shown) => {
    expect(verdict({ [bad]: 1 })).toEqual({ code: 'invalid_character', path: shown });
    expect(verdict({ metadata: { [bad]: 1 } })).toEqual({
      code: 'invalid_character',
      path: `metadata.${shown}`,
    });
  });

  test('is refused in a git_diff field below the top level', () => {
    expect(verdict({ message_metadata: { git_diff: 'a\0' } })).toEqual({
      code: 'invalid_character',
      path: 'message_metadata.git_diff',
    });
  });

  test.each(['diff --git \0', '\ud83d'])(
    'is allowed in the git diff itself, where it is replaced later',
    (git_diff) => {
      expect(verdict({ git_diff, content: 'a step' })).toBeNull();
    },
  );

  test.each(['😀', '\uFFFD', '\u0001\u001b', '\r\n', 'e\u0301', ''])('%j is allowed', (text) => {
    expect(verdict({ content: text, [`key ${text}`]: [text] })).toBeNull();
  });
});

test.each([
  ['a bigint', 1n],
  ['a function', () => 1],
  ['a symbol', Symbol('x')],
])('%s is refused as not JSON; only a caller in this process can pass it', (_what, value) => {
  expect(verdict({ message_metadata: { a: value } })).toEqual({
    code: 'invalid_input',
    path: 'message_metadata.a',
  });
});
