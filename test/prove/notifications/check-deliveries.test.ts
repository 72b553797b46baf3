import { describe, expect, test } from 'vitest';
import type { Arrival } from './arrivals.ts';
import { findingsIn, type QuestionRecord, repetitionsOf, unknownDeliveries } from './check-deliveries.ts';

const START = Date.parse('2026-11-30T12:00:00.000Z');
const calm = { kills: [], maxInFlightMs: 5_000 };

const arrival = (second: number, fields: Partial<Arrival> = {}): Arrival => ({
  ...{ channel: 'webhook', id: 'q', work: 'asked', isUnanswered: false, answerUrls: [] },
  at: START + second * 1000,
  ...fields,
});
const overArrival = (second: number, fields: Partial<Arrival> = {}) =>
  arrival(second, { work: 'over', ...fields });
const asTime = (second: number) => new Date(START + second * 1000).toISOString();

interface Seen {
  readonly status: string;
  readonly sentAt?: number | null;
}

/** A question with these deliveries to the webhook. Those to ntfy are as they should be. */
function aRecord(
  plan: QuestionRecord['plan'],
  { status, sentAt = 1 }: Seen,
  arrivals: readonly Arrival[],
  tapStatus: number | null = null,
): QuestionRecord {
  const isOver = plan !== 'never';
  const ntfy = [arrival(1, { channel: 'ntfy' }), ...(isOver ? [overArrival(9, { channel: 'ntfy' })] : [])];
  const delivery = (channel: string, seen: string, at: number | null) => ({
    ...{ channel, status: seen, error: null },
    sent_at: at === null ? null : asTime(at),
  });
  return {
    ...{ id: 'q', plan, place: 'webhook', tapStatus },
    notification: {
      id: 'q',
      over_at: isOver ? asTime(8) : null,
      deliveries: [delivery('ntfy', isOver ? 'withdrawn' : 'sent', 1), delivery('webhook', status, sentAt)],
    },
    arrivals: [...ntfy, ...arrivals].sort((one, other) => one.at - other.at),
  };
}

const check = (record: QuestionRecord, disturbances = calm): string =>
  findingsIn(record, disturbances)
    .map((finding) => finding.slice('q '.length, finding.indexOf(': {')))
    .join(';');

describe('the check of deliveries', () => {
  test('finds nothing wrong with what is as it should be', () => {
    expect(check(aRecord('never', { status: 'sent' }, [arrival(1)]))).toBe('');
    expect(check(aRecord('after delivery', { status: 'withdrawn' }, [arrival(1), overArrival(9)]))).toBe('');
    expect(check(aRecord('after delivery', { status: 'opened' }, [arrival(1), overArrival(9)], 200))).toBe(
      '',
    );
    expect(check(aRecord('at once', { status: 'withdrawn', sentAt: null }, []))).toBe('');
  });

  test.each<[what: string, record: QuestionRecord]>([
    ['was lost', aRecord('never', { status: 'sent' }, [])],
    ['is queued', aRecord('never', { status: 'queued', sentAt: null }, [])],
    ['is failed in the end', aRecord('after delivery', { status: 'failed' }, [arrival(1), overArrival(9)])],
    ['says that it was sent', aRecord('at once', { status: 'withdrawn' }, [])],
    ['was sent', aRecord('at once', { status: 'withdrawn', sentAt: null }, [arrival(1)])],
    ['was not taken back', aRecord('after delivery', { status: 'withdrawn' }, [arrival(1)])],
    ['was taken back', aRecord('never', { status: 'sent' }, [arrival(1), overArrival(2)])],
    ['arrived twice', aRecord('never', { status: 'sent' }, [arrival(1), arrival(2)])],
    [
      'was taken back twice',
      aRecord('after delivery', { status: 'withdrawn' }, [arrival(1), overArrival(9), overArrival(10)]),
    ],
    [
      'arrived after it was taken back',
      aRecord('after delivery', { status: 'withdrawn' }, [overArrival(9), arrival(10)]),
    ],
    [
      'arrived after its question had ended',
      aRecord('after delivery', { status: 'withdrawn' }, [arrival(14), overArrival(15)]),
    ],
    [
      'is opened, and nobody tapped it',
      aRecord('after delivery', { status: 'opened' }, [arrival(1), overArrival(9)]),
    ],
    [
      'was tapped, and is not opened',
      aRecord('after delivery', { status: 'withdrawn' }, [arrival(1), overArrival(9)], 200),
    ],
  ])('finds that a delivery %s', (what, record) => {
    expect(check(record).split(';')).toContain(`webhook ${what}`);
  });

  test('finds a question without a notification, and one without a delivery', () => {
    const record = aRecord('never', { status: 'sent' }, [arrival(1)]);
    expect(check({ ...record, notification: undefined })).toContain('has no notification');
    const notification = { id: 'q', over_at: null, deliveries: [] };
    expect(check({ ...record, notification })).toContain('webhook has 0 deliveries');
  });
});

describe('a repetition', () => {
  test('has a reason if the receiver did not answer', () => {
    expect(repetitionsOf([arrival(0, { isUnanswered: true }), arrival(3)], calm)).toEqual(['unanswered']);
    expect(repetitionsOf([arrival(0), arrival(3)], calm)).toEqual([null]);
  });

  test('has a reason if a process was killed just after the arrival, and another one waited for a minute', () => {
    const kills = [START + 1_000];
    expect(repetitionsOf([arrival(0), arrival(60)], { kills })).toEqual(['killed']);
    expect(repetitionsOf([arrival(0), arrival(3)], { kills })).toEqual([null]);
    expect(repetitionsOf([arrival(2), arrival(62)], { kills })).toEqual([null]);
  });

  test('that the server does not know of is counted', () => {
    const unanswered = [arrival(1, { isUnanswered: true })];
    const record = aRecord('at once', { status: 'withdrawn', sentAt: null }, unanswered);
    expect(check(record)).toBe('');
    expect(unknownDeliveries(record)).toBe(1);
  });
});
