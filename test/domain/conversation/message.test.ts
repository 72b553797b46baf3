import { describe, expect, test } from 'vitest';
import { isOpenQuestion, isQueued } from '../../../src/domain/conversation/message.ts';
import { isValidContent, MAX_CONTENT_LENGTH } from '../../../src/domain/text/content.ts';
import { aQuestion, aQueuedMessage, aReadMessage, aStep } from '../../support/builders.ts';

describe('content', () => {
  test.each([
    ['one character', 'a'],
    ['text among white space', ' \n a \t'],
    ['one astral character', '😀'],
    ['the limit in one-unit characters', 'a'.repeat(MAX_CONTENT_LENGTH)],
    ['the limit in astral characters, twice as many units', '😀'.repeat(MAX_CONTENT_LENGTH)],
    ['the limit, one of it astral', `${'a'.repeat(MAX_CONTENT_LENGTH - 1)}😀`],
    ['the limit, all but one of it white space', `${' '.repeat(MAX_CONTENT_LENGTH - 1)}a`],
  ])('of %s is content', (_what, text) => {
    expect(isValidContent(text)).toBe(true);
  });

  test.each([
    ['one character over the limit', 'a'.repeat(MAX_CONTENT_LENGTH + 1)],
    ['one astral character over the limit', '😀'.repeat(MAX_CONTENT_LENGTH + 1)],
    ['the limit in astral characters and one more', `${'😀'.repeat(MAX_CONTENT_LENGTH)}a`],
    [
      'half the limit in astral characters and more than the other half',
      `${'😀'.repeat(500_000)}${'a'.repeat(500_001)}`,
    ],
    ['white space around text, over the limit together', `${' '.repeat(MAX_CONTENT_LENGTH)}a`],
  ])('of %s is too much', (_what, text) => {
    expect(isValidContent(text)).toBe(false);
  });

  test('is limited to a million code points', () => {
    expect(MAX_CONTENT_LENGTH).toBe(1_000_000);
  });

  test.each([
    ['nothing', ''],
    ['a space', ' '],
    ['tabs and line breaks', '\t\r\n\v\f'],
    ['a no-break space', '\u00a0'],
    ['an ogham space mark', '\u1680'],
    ['em and thin spaces', '\u2003\u2009'],
    ['a next line', '\u0085'],
    ['line and paragraph separators', '\u2028\u2029'],
    ['a narrow no-break and a mathematical space', '\u202f\u205f'],
    ['an ideographic space', '\u3000'],
    ['a byte order mark', '\ufeff'],
  ])('of %s alone is none', (_what, text) => {
    expect(isValidContent(text)).toBe(false);
  });
});

describe('a message', () => {
  test.each([
    ['the person’s, not handed over', aQueuedMessage(), true],
    ['the person’s, handed over', aReadMessage(), false],
    ['a step, which has no read time either', aStep(), false],
    ['a question, which has no read time either', aQuestion(), false],
  ])('%s: queued is %s', (_what, message, queued) => {
    expect(isQueued(message)).toBe(queued);
  });

  test.each([
    ['a question nobody answered', aQuestion(), true],
    ['an answered question', aQuestion({ questionStatus: 'answered' }), false],
    ['a closed question', aQuestion({ questionStatus: 'closed' }), false],
    ['a step', aStep(), false],
    ['a message of the person', aQueuedMessage(), false],
  ])('%s: an open question is %s', (_what, message, open) => {
    expect(isOpenQuestion(message)).toBe(open);
  });
});
