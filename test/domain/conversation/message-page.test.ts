import { describe, expect, test } from 'vitest';
import {
  hasEarlierMessages,
  MAX_PAGE_BYTES,
  messagePage,
} from '../../../src/domain/conversation/message-page.ts';
import { aMessage } from '../../support/builders.ts';

const MAX_TEXT = 'x'.repeat(MAX_PAGE_BYTES);

describe('a page has the first messages of a list', () => {
  test.each<[string, string[], number]>([
    ['all of them, if there are none', [], 0],
    ['all of them, if they fit', ['a', 'b'], 2],
    ['as many as have 4 MiB together', [MAX_TEXT.slice(1), 'x', 'y'], 2],
    ['none that would make it longer', [MAX_TEXT.slice(1), 'xy', 'z'], 1],
    ['as many as have 4 MiB together in UTF-8', ['é'.repeat(MAX_PAGE_BYTES / 2), 'x'], 1],
    ['the first alone, if it is longer', [`${MAX_TEXT}x`, 'y'], 1],
  ])('%s', (_rule, contents, count) => {
    const messages = contents.map((content, nth) => aMessage({ position: nth + 1, content }));
    expect(messagePage(messages)).toEqual(messages.slice(0, count));
  });

  test('and counts their metadata as JSON', () => {
    const room = MAX_PAGE_BYTES - 'x{"text":""}'.length;
    const pageAfter = (text: string) =>
      messagePage([
        aMessage({ content: 'x', metadata: { text } }),
        aMessage({ content: 'y' }),
        aMessage({ content: 'z' }),
      ]);
    expect(pageAfter('x'.repeat(room - 1))).toHaveLength(2);
    expect(pageAfter('é'.repeat(room / 2))).toHaveLength(1);
  });
});

test('a conversation has earlier messages unless the page is empty or begins at position 1', () => {
  const page = (...positions: number[]) => positions.map((position) => aMessage({ position }));
  expect([[], page(1, 2), page(2, 3)].map(hasEarlierMessages)).toEqual([false, false, true]);
});
