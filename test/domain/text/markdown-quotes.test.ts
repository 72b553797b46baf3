import { describe, expect, test } from 'vitest';
import { maskQuotes } from '../../../src/domain/text/markdown-quotes.ts';

/** The expected texts have `_` for each masked character, because NUL is invisible. */
const masked = (text: string): string => maskQuotes(text).replaceAll('\0', '_');

describe('what Markdown quotes is masked', () => {
  test.each([
    ['a `b` c', 'a ___ c'],
    ['``a`b`` c', '_______ c'],
    ['`a`b`c`', '___b___'],
    ['`` a ` b', '`` a ` b'],
    ['`` a ` b ` c', '`` a _ _ _ c'],
    ['`a\nb`', '`a\nb`'],
    ['a\n```js\nb\n``\n~~~\n````\u0085\nc', 'a\n_____\n_\n__\n___\n____\u0085\nc'],
    ['   ~~~ `\r\na', '   ___ _\r\n_'],
    ['    ~~~\na', '    ~~~\na'],
    ['```\n    ```\na', '___\n    ___\n_'],
    ['```b` c', '```b` c'],
    ['> a\r\nb', '_ _\r\nb'],
    ['  >a\u2028b', '  __\u2028b'],
    ['a > b', 'a > b'],
    ['', ''],
  ])('%j becomes %j', (text, expected) => expect(masked(text)).toBe(expected));
});
