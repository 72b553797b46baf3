import { describe, expect, test } from 'vitest';
import { isTimeZone, type QuietHours, quietUntil } from '../../../src/domain/notification/quiet-hours.ts';

const at = (hours: number, minutes = 0): number => hours * 60 + minutes;
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const night = (fields: Partial<QuietHours> = {}): QuietHours => ({
  ...{ timeZone: 'Europe/Berlin', from: at(22), to: at(7), days: EVERY_DAY, urgentPasses: false },
  ...fields,
});
const endOf = (hours: QuietHours, time: string): string | null =>
  quietUntil(hours, new Date(time))?.toISOString() ?? null;

describe('quiet hours', () => {
  test.each([
    ['in the evening', '2026-11-30T21:30:00Z', '2026-12-01T06:00:00.000Z'],
    ['after midnight', '2026-12-01T02:00:00Z', '2026-12-01T06:00:00.000Z'],
    ['in their first minute', '2026-11-30T21:00:00Z', '2026-12-01T06:00:00.000Z'],
    ['in their last minute', '2026-12-01T05:59:59Z', '2026-12-01T06:00:00.000Z'],
    ['at their end', '2026-12-01T06:00:00Z', null],
    ['before they begin', '2026-11-30T20:59:59Z', null],
    ['at noon', '2026-11-30T11:00:00Z', null],
  ])('end the next morning: %s', (_, time, end) => {
    expect(endOf(night(), time)).toBe(end);
  });

  test('end at the time of the person when the clocks are set forward or back in the night', () => {
    expect(endOf(night(), '2027-03-27T22:00:00Z')).toBe('2027-03-28T05:00:00.000Z');
    expect(endOf(night(), '2027-10-30T21:00:00Z')).toBe('2027-10-31T06:00:00.000Z');
  });

  test('end when the clock jumps over their end', () => {
    const hours = night({ from: at(1), to: at(2, 30) });
    expect(endOf(hours, '2027-03-28T00:30:00Z')).toBe('2027-03-28T01:00:00.000Z');
  });

  test.each(['2026-10-25T00:00:01Z', '2026-10-25T00:14:59Z', '2026-10-25T01:00:01Z', '2026-10-25T01:14:59Z'])(
    'that end in the hour that comes twice end later than now: %s',
    (time) => {
      const end = endOf(night({ to: at(2, 15) }), time)!;
      expect(end > time).toBe(true);
      expect(['2026-10-25T00:15:00.000Z', '2026-10-25T01:15:00.000Z']).toContain(end);
    },
  );

  test('begin only on their days, and last until the next one', () => {
    // The 27th of November 2026 is a Friday.
    const weekend = night({ days: [5, 6] });
    expect(endOf(weekend, '2026-11-27T22:00:00Z')).toBe('2026-11-28T06:00:00.000Z');
    expect(endOf(weekend, '2026-11-29T02:00:00Z')).toBe('2026-11-29T06:00:00.000Z');
    expect(endOf(weekend, '2026-11-29T22:00:00Z')).toBeNull();
    expect(endOf(night({ days: [] }), '2026-11-27T22:00:00Z')).toBeNull();
  });

  test('can be on one day, or last a whole one', () => {
    const lunch = night({ from: at(12), to: at(13) });
    expect(endOf(lunch, '2026-11-30T11:30:00Z')).toBe('2026-11-30T12:00:00.000Z');
    expect(endOf(night({ from: at(8), to: at(8) }), '2026-11-30T11:30:00Z')).toBe('2026-12-01T07:00:00.000Z');
  });

  test.each([
    ['Pacific/Kiritimati', '2026-11-30T09:00:00Z', '2026-11-30T17:00:00.000Z'],
    ['Pacific/Pago_Pago', '2026-11-30T10:00:00Z', '2026-11-30T18:00:00.000Z'],
    ['Asia/Kathmandu', '2026-11-30T17:00:00Z', '2026-12-01T01:15:00.000Z'],
  ])('are in the time zone of the person: %s', (timeZone, time, end) => {
    expect(endOf(night({ timeZone }), time)).toBe(end);
  });

  test('need a time zone that exists', () => {
    expect(['Europe/Berlin', 'UTC', 'Mars/Olympus', ''].map(isTimeZone)).toEqual([true, true, false, false]);
  });
});
