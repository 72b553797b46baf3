import type { Random } from '../support/random.ts';

const TEXTS = [
  '',
  ' ',
  'plain text',
  'ünïcödé 😀',
  '\0',
  '\ud800',
  'a\u0000b',
  '\u202e\ufeff\u0085',
  "'; drop table messages; --",
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '%00%ff',
  '{"a":1}',
  '00000000-0000-4000-8000-000000000000',
  '{00000000-0000-4000-8000-000000000000}',
  '00000000000040008000000000000000',
  'true',
  '1e999',
  'line\r\nX-Injected: yes',
  '__proto__',
  'DELETED',
] as const;

const NUMBERS = [0, -0, -1, 0.1, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53, 2 ** 64, 255, 256, 301] as const;

/** Returns a text of random length, made of strings that are known to cause trouble. */
export function randomText(random: Random): string {
  const text = random.oneOf(TEXTS);
  if (random.chance(0.9)) return text;
  return text.repeat(random.oneOf([2, 100, 256, 5_000]));
}

/** Returns a random JSON value. Every type of value is likely. */
export function randomJson(random: Random, depth: number): unknown {
  const kind = random.below(depth > 0 ? 9 : 6);
  if (kind === 0) return null;
  if (kind === 1) return random.chance(0.5);
  if (kind === 2) return random.oneOf(NUMBERS);
  if (kind <= 5) return randomText(random);
  if (kind === 6) return Array.from({ length: random.below(4) }, () => randomJson(random, depth - 1));
  if (kind === 7) return nested(random.oneOf([2, 62, 64, 65, 300]));
  const entries = Array.from({ length: random.below(4) }, () => [
    random.chance(0.1) ? 'constructor' : randomText(random),
    randomJson(random, depth - 1),
  ]);
  return Object.fromEntries(entries);
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}
