import { describe, expect, test } from 'vitest';
import { preview } from '../../web/src/model/preview.ts';

describe('a preview', () => {
  test('contains no markdown', () => {
    expect(preview('## Done\n\n- see [the log](https://x.example)\n- **18 %** of `all`')).toBe(
      'Done see the log 18 % of all',
    );
  });

  test('contains no table', () => {
    expect(preview('How?\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nSay it.')).toBe('How? Say it.');
  });

  test('of a very long message is short', () => {
    expect(preview('word '.repeat(200_000)).length).toBeLessThanOrEqual(240);
  });

  test.each([
    ['of the preview', 'x'.repeat(239)],
    ['of what is read of the message', `${'x'.repeat(99)}${' '.repeat(860)}`],
  ])('is well-formed when an emoji stands at the end %s', (_end, start) => {
    expect(preview(`${start}\u{1F600}${'y'.repeat(2_000)}`)).toBe(start.trim());
  });

  test.each([
    'Delete **/*.log and __init__.py',
    'Copy src/**/*.ts and test/**/*.ts, not **/*.d.ts',
    'Call __init__ and __main__, then _private_ and snake_case_names',
    '2**3**4 and 2*3*4 and a ** b ** c and a * b * c',
    'f(*args, **kwargs) and g(*args, **kwargs)',
    'handlers[0](event), then [a](b.md) and ![c](d.png)',
    'src/**name** and 2**n** or a\\**b**',
    'cat log | grep foo',
    '| grep foo',
    '3~5天，价格100~200元, ~/a and ~/b, ~~gone~~',
    'Array<T>, Map<K, V> and <div>',
    'C:\\new\\table and \\*.txt',
    '#1 issue, #2 issue',
    '1. first, 2. second',
    '-5 degrees, +1 for this, >5 errors',
    'price: 5$ * 3$ = 15$',
  ])('keeps all characters of %s', (text) => {
    expect(preview(text)).toBe(text);
  });

  test.each([
    ['**a** and **b**', 'a and b'],
    ['这是**重点**，请看', '这是重点，请看'],
    ['(**all** of it)', '(all of it)'],
    [
      'Use `**kwargs`, `__init__` and `[a](https://x.example)`',
      'Use **kwargs, __init__ and [a](https://x.example)',
    ],
    [
      'see [the log](https://x.example/a?b=c) and ![a chart](https://x.example/c.png)',
      'see the log and a chart',
    ],
    ['```ts\nconst a = 1;\n```\nDone', 'const a = 1; Done'],
    ['a ``` b ``` c, ``x`y``', 'a b c, x`y'],
    ['> Quoted\n\n* one\n+ two', 'Quoted one two'],
  ])('leaves out markdown: %s', (text, shown) => {
    expect(preview(text)).toBe(shown);
  });
});
