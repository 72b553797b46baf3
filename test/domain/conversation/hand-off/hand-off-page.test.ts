import { describe, expect, test } from 'vitest';
import {
  handOffPage,
  MAX_HAND_OFF_BYTES,
  MAX_HAND_OFF_MESSAGES,
} from '../../../../src/domain/conversation/hand-off/hand-off-page.ts';
import { aQueuedMessage } from '../../../support/builders.ts';

const queueOf = (...contents: readonly string[]) =>
  contents.map((content, nth) => aQueuedMessage({ position: nth + 1, content }));
const MAX_TEXT = 'x'.repeat(MAX_HAND_OFF_BYTES);

describe('one hand-off has the first messages of a list', () => {
  test.each<[string, string[], number]>([
    ['all of them, if there are none', [], 0],
    ['all of them, if they fit', ['a', 'b'], 2],
    ['as many as have 1 MiB together', [MAX_TEXT.slice(1), 'x', 'y'], 2],
    ['none that would make it longer', [MAX_TEXT.slice(1), 'xy', 'z'], 1],
    ['as many as have 1 MiB together in UTF-8', ['é'.repeat(MAX_HAND_OFF_BYTES / 2), 'x'], 1],
    ['the first alone, if it is longer', [`${MAX_TEXT}x`, 'y'], 1],
    ['at most 1,000 of them', new Array(MAX_HAND_OFF_MESSAGES + 1).fill('x'), 1_000],
  ])('%s', (_rule, contents, count) => {
    const queue = queueOf(...contents);
    expect(handOffPage(queue)).toEqual({ messages: queue.slice(0, count), next: queue[count] ?? null });
  });
});
