import { describe, expect, test } from 'vitest';
import { isQuickToParse, markdownToHtml } from '../../web/src/view/common/markdown-to-html.ts';

const inlineHtml = (text: string) => markdownToHtml(text).replace(/^<p>([\s\S]*)<\/p>\n$/, '$1');

describe('markdown', () => {
  test.each([
    '3~5天，价格100~200元',
    '~/a and ~/b, 10:00~11:00',
    'a~b~c and ~d~',
    'snake_case_names and _private',
    'a * b * c, 2 ** 3 ** 4, a*b',
    '#1 issue and #hashtag',
    '-5 degrees, +1',
    '2024.5 and 3.14',
    'C:\\new\\table',
    '[0] and arr[1]',
    'a_b*c',
  ])('shows %s as it is', (text) => {
    expect(inlineHtml(text)).toBe(text);
  });

  test.each([
    ['Array<T> and Map<K, V>', 'Array&lt;T&gt; and Map&lt;K, V&gt;'],
    ['<T> is a type', '&lt;T&gt; is a type'],
    ['std::map<key:value>', 'std::map&lt;key:value&gt;'],
    ['handlers[0](event)', 'handlers[0](event)'],
    ['see [the plan](docs/plan.md "x")', 'see [the plan](docs/plan.md &quot;x&quot;)'],
    ['![c](c.png)', '![c](c.png)'],
    ['[WARN]: timeout', '[WARN]: timeout'],
    ['[link](javascript:alert(1))', '[link](javascript:alert(1))'],
  ])('eats no characters of %s', (text, html) => {
    expect(inlineHtml(text)).toBe(html);
  });

  // As in the specifications of CommonMark 0.31 and of GitHub Flavored Markdown 0.29.
  test.each([
    ['~~gone~~ and ~~a~b~~', '<del>gone</del> and <del>a~b</del>'],
    ['Delete **/*.log and __init__.py', 'Delete **/*.log and <strong>init</strong>.py'],
    ['**/*.ts and **/*.js', '**/*.ts and **/*.js'],
    ['2*3*4', '2<em>3</em>4'],
    ['foo__bar__baz and 5_6_78', 'foo__bar__baz and 5_6_78'],
    ['**bold** *em* `**code**`', '<strong>bold</strong> <em>em</em> <code>**code**</code>'],
    ['C:\\_x', 'C:_x'],
    ['[a](https://x.example)', expect.stringMatching(/^<a href="https:\/\/x.example" .+>a<\/a>$/)],
    ['[a]\n\n[a]: https://x.example', expect.stringMatching(/^<a href="https:\/\/x.example" .+>a<\/a>$/)],
  ])('follows the specification: %s', (text, html) => {
    expect(inlineHtml(text)).toEqual(html);
  });

  test.each([
    ['# a', '<h1>a</h1>\n'],
    ['2024. a year', '<ol start="2024">\n<li>a year</li>\n</ol>\n'],
    ['1234567890. a', '<p>1234567890. a</p>\n'],
    ['- a', '<ul>\n<li>a</li>\n</ul>\n'],
  ])('begins a block where the specification says: %s', (text, html) => {
    expect(markdownToHtml(text)).toBe(html);
  });
});

test('a text of ordinary length is quick to parse, and only a long one with many markers may be slow', () => {
  expect(isQuickToParse('Some *words* with `code_of_names`, '.repeat(100))).toBe(true);
  expect(isQuickToParse('Some words. '.repeat(800))).toBe(true);
  expect(isQuickToParse('**a_'.repeat(500))).toBe(true);
  expect(isQuickToParse('**a_'.repeat(2_500))).toBe(false);
});

test.each([
  ['emphasis', `${'*a '.repeat(60)}${'b* '.repeat(60)}`],
  ['quotes', '>'.repeat(60)],
])('%s that is nested too deep for a reader is refused', (_, text) => {
  expect(() => markdownToHtml(text)).toThrow('nested too deep');
});
