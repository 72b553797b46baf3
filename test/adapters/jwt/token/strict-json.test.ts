import { expect, test } from 'vitest';
import { parseStrictObject } from '../../../../src/adapters/jwt/token/strict-json.ts';

const parse = (text: string) => parseStrictObject(Buffer.from(text));

test.each([
  '{}',
  ' {"a" : 1 , "b":[{"a":2},{"a":3}], "c":{"a":{"a":4}}} ',
  '{"a":"b","b":"a","c":["a","a"]}',
  '{"a":"\\":{","\\"":1,"\\\\":2}',
])('%s is parsed as JSON.parse does it', (text) => {
  expect(parse(text)).toEqual(JSON.parse(text));
});

test.each([
  '{"a":1,"a":1}',
  '{"a":1,"\\u0061":2}',
  '{"x":[],"a":1,"a":2}',
  '{"x":{},"a":1,"a":2}',
  '{"a":{"x":[1,{}]},"x":"}","a":2}',
  '{"a":"\\\\","b":"]","a":"\\""}',
  '{"":1,"":2}',
  '{"__proto__":1,"__proto__":2}',
])('%s is refused for its repeated name', (text) => {
  expect(() => parse(text)).toThrow('a name is repeated');
});

test.each(['null', '"a"', '1', '[]', '[{"a":1}]'])('%s is refused, since it is not an object', (text) => {
  expect(() => parse(text)).toThrow('not an object');
});

test('a byte order mark and bytes that are not UTF-8 are refused', () => {
  expect(() => parse('\u{feff}{}')).toThrow(SyntaxError);
  expect(() => parseStrictObject(Buffer.from('{"a":"\xe9"}', 'latin1'))).toThrow(TypeError);
});
