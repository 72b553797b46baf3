import { describe, expect, test } from 'vitest';
import { mustNote } from '../../../web/src/model/notification/activity.ts';
import {
  isLinkToken,
  linkErrorText,
  mayTryAgain,
  UNKNOWN_LINK,
} from '../../../web/src/model/notification/link-error.ts';
import type { Outcome } from '../../../web/src/model/wire.ts';

describe('an answer link that does not work', () => {
  const error = (code: string, outcome?: Pick<Outcome, 'status'>) =>
    linkErrorText({ code, detail: 'the detail', ...(outcome && { outcome: outcome as Outcome }) });

  test('says how its question ended', () => {
    expect(error('already_answered', { status: 'answered' })).toBe('Answered already.');
    expect(error('question_over', { status: 'withdrawn' })).toBe('The agent took it back.');
  });

  test('says what is wrong with the link', () => {
    expect(error('answer_link_expired')).toBe('This link has expired.');
    expect(error('answer_link_not_found')).toBe(UNKNOWN_LINK);
    // Without a valid token in it, the address belongs to the part of the API that needs a sign-in.
    expect(error('unauthenticated')).toBe(UNKNOWN_LINK);
    expect(error('something_else')).toBe('the detail');
    expect(linkErrorText(null)).toMatch(/cannot be reached/);
  });

  test('can be tried again only if the server, and not the link, has failed', () => {
    expect(mayTryAgain(null)).toBe(true);
    expect(mayTryAgain({ status: 503 })).toBe(true);
    expect(mayTryAgain({ status: 409 })).toBe(false);
  });

  test('is not sent to the server if it cannot be a token', () => {
    expect(isLinkToken('a-B_9'.repeat(8))).toBe(true);
    expect(isLinkToken('')).toBe(false);
    expect(isLinkToken('../auth/verify')).toBe(false);
    expect(isLinkToken('a'.repeat(201))).toBe(false);
  });
});

describe('the server is told that somebody looks at the page', () => {
  const NOW = 1_000_000;
  const HERE = { lastAt: NOW - 1_000, notedAt: NOW - 30_000, isVisible: true, hasDestinations: true };

  test('every 30 s while they do something', () => {
    expect(mustNote(HERE, NOW)).toBe(true);
    expect(mustNote({ ...HERE, notedAt: NOW - 29_000 }, NOW)).toBe(false);
  });

  test.each([
    ['is hidden', { isVisible: false }],
    ['was left alone for a minute', { lastAt: NOW - 60_000 }],
    ['has nowhere else to notify them', { hasDestinations: false }],
  ])('not while the page %s', (_, change) => {
    expect(mustNote({ ...HERE, ...change }, NOW)).toBe(false);
  });
});
