import { describe, expect, test } from 'vitest';
import { findingsIn, MAX_LATE_MS } from './check-endings.ts';
import type { SeenOutcome, SeenQuestion, StoredAnswer, StoredQuestion } from './endings.ts';
import { Uptime } from './uptime.ts';

const DEADLINE = Date.parse('2026-11-30T12:00:00.000Z');

const outcomeOf = (fields: Partial<SeenOutcome>): SeenOutcome => ({
  question_id: 'q',
  status: 'expired',
  values: null,
  decided_by: null,
  via: null,
  answered_at: null,
  ...fields,
});

const EXPIRED = { answer: null, outcome: outcomeOf({}) };
const DEFAULTED = { answer: 'Please go', outcome: outcomeOf({ status: 'defaulted', values: ['go'] }) };

/** A question that expired as it should, with these differences. */
const seenQuestion = ({
  defaultValue = null,
  ...fields
}: Partial<SeenQuestion> & { defaultValue?: string | null } = {}): SeenQuestion => ({
  id: 'q',
  plan: { text: 'q?', expiresInSeconds: 9, defaultValue, deeds: [], leadMs: 0, postponedBySeconds: 1 },
  deedReplies: [],
  seen: EXPIRED,
  seenAt: DEADLINE + 20,
  seenAgain: fields.seen ?? EXPIRED,
  ...fields,
});

const storedQuestion = (fields: Partial<StoredQuestion> = {}): StoredQuestion => ({
  id: 'q',
  status: 'expired',
  answerId: null,
  expiresAt: new Date(DEADLINE),
  answers: [],
  ...fields,
});

const anAnswer = (fields: Partial<StoredAnswer> = {}): StoredAnswer => ({
  id: 'a',
  content: 'Please go',
  createdAt: new Date(DEADLINE + 10),
  decidedBy: 'default',
  values: ['go'],
  ...fields,
});

/** A question that got its default as it should, with these differences. */
const defaulted = (fields: Partial<StoredQuestion> = {}) =>
  [
    seenQuestion({ defaultValue: 'go', seen: DEFAULTED }),
    storedQuestion({ status: 'defaulted', answerId: 'a', answers: [anAnswer()], ...fields }),
  ] as const;

const alwaysUp = new Uptime(2, 0);

const check = (seen: SeenQuestion, stored: StoredQuestion | undefined, uptime = alwaysUp): string =>
  findingsIn(seen, stored, uptime)
    .map((finding) => finding.slice(0, finding.indexOf(': {')))
    .join();

describe('the check of an ending', () => {
  test('finds nothing wrong with questions that ended as they should', () => {
    expect(findingsIn(seenQuestion(), storedQuestion(), alwaysUp)).toEqual([]);
    expect(findingsIn(...defaulted(), alwaysUp)).toEqual([]);
  });

  test.each<[what: string, seen: SeenQuestion, stored: StoredQuestion]>([
    ['is still open', seenQuestion(), storedQuestion({ status: 'open' })],
    ['ended for the agent in another way', seenQuestion(), storedQuestion({ status: 'withdrawn' })],
    ['has two endings', seenQuestion({ seenAgain: DEFAULTED }), storedQuestion()],
    ['has 1 answers', seenQuestion(), storedQuestion({ answers: [anAnswer()] })],
    ['has 2 answers', ...defaulted({ answers: [anAnswer(), anAnswer({ id: 'b' })] })],
    ['has another answer than its message says', ...defaulted({ answerId: 'b' })],
    ['has another answer for the agent', ...defaulted({ answers: [anAnswer({ content: 'Please stop' })] })],
    [
      'has another default than the agent declared',
      ...defaulted({ answers: [anAnswer({ values: ['stop'] })] }),
    ],
    [
      'has an answer that somebody else decided',
      ...defaulted({ answers: [anAnswer({ decidedBy: 'person' })] }),
    ],
    ['expired in spite of its default', seenQuestion({ defaultValue: 'go' }), storedQuestion()],
    ['ended 1 ms early', seenQuestion({ seenAt: DEADLINE - 1 }), storedQuestion()],
    ['ended 5 ms early', ...defaulted({ answers: [anAnswer({ createdAt: new Date(DEADLINE - 5) })] })],
  ])('finds that a question %s', (what, seen, stored) => {
    expect(check(seen, stored)).toContain(what);
  });

  test('finds a question that is not stored', () => {
    expect(findingsIn(seenQuestion(), undefined, alwaysUp)).toEqual(['"q?" is not stored']);
  });

  test('finds a deed that was acknowledged and is not stored', () => {
    const ok = { status: 200, body: { id: 'b', expires_at: '2026-11-30T12:00:01.000Z' } };
    for (const deed of ['answer', 'withdraw', 'postpone'] as const) {
      const seen = seenQuestion({ deedReplies: [{ deed, ...ok }] });
      expect(check(seen, storedQuestion())).toContain(`has lost: ${deed}`);
    }
  });

  test('finds that somebody who came too late got another outcome', () => {
    const late = (outcome: SeenOutcome) =>
      seenQuestion({ deedReplies: [{ deed: 'answer', status: 409, body: { outcome } }] });
    expect(check(late(outcomeOf({})), storedQuestion())).toBe('');
    expect(check(late(outcomeOf({ status: 'closed' })), storedQuestion())).toContain('has another outcome');
  });

  test('finds a question that ended late while one process was up, but not one that none could end', () => {
    const late = seenQuestion({ seenAt: DEADLINE + MAX_LATE_MS + 1 });
    expect(check(late, storedQuestion())).toContain('late, while a process was up');
    const inTurn = new Uptime(2, 0);
    inTurn.change(0, DEADLINE + 2_000);
    inTurn.change(1, DEADLINE + 1_000);
    inTurn.change(1, DEADLINE + 3_000);
    expect(check(late, storedQuestion(), inTurn)).toBe('');
  });
});
