import { expect, test } from 'vitest';
import { MAX_SEARCH_WORDS, searchWords } from '../../../src/domain/text/search-words.ts';

test.each([
  ['orders', ['orders']],
  ['  move\tthe\n orders ', ['move', 'the', 'orders']],
  ['a a', ['a']],
  ['数据库 的', ['数据库', '的']],
])('%j has the words %j', (text, words) => {
  expect(searchWords(text)).toEqual(words);
});

test('of many words the first ones count', () => {
  expect(searchWords('a b c d e f g h i j')).toHaveLength(MAX_SEARCH_WORDS);
});
