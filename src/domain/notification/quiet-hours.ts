/** The hours in which a person is not disturbed. */
export interface QuietHours {
  /** The IANA time zone of the person. */
  readonly timeZone: string;
  /** Begin and end, as minutes after midnight. If `to` is not after `from`, it is on the next day. */
  readonly from: number;
  readonly to: number;
  /** The days on which they begin: 0 (Sunday) to 6. */
  readonly days: readonly number[];
  /** Whether urgent notifications are delivered all the same. */
  readonly urgentPasses: boolean;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** Whether the time zone is known here. */
export function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** Returns when the quiet hours end that this time belongs to; null if it belongs to none. */
export function quietUntil({ timeZone, from, to, days }: QuietHours, time: Date): Date | null {
  const local = localMinutes(time, timeZone);
  const length = to > from ? to - from : to + DAY_MINUTES - from;
  // They began today or yesterday.
  for (const daysAgo of [0, 1]) {
    const day = Math.floor(local / DAY_MINUTES) - daysAgo;
    const begin = day * DAY_MINUTES + from;
    if (days.includes(weekdayOf(day)) && local >= begin && local < begin + length)
      return nextTimeOf(begin + length, timeZone, time);
  }
  return null;
}

/** The first of January 1970, day 0, was a Thursday. */
const weekdayOf = (day: number): number => (day + 4) % 7;

/** Returns what a clock in this time zone shows, as minutes since its own beginning of 1970. */
function localMinutes(time: Date, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone, calendar: 'iso8601', hourCycle: 'h23' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
  });
  const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  const [year, month, day] = [parts.get('year')!, parts.get('month')!, parts.get('day')!];
  return Date.UTC(year, month - 1, day, parts.get('hour'), parts.get('minute')) / MINUTE_MS;
}

/**
 * Returns a later time at which a clock in this time zone begins to show at least these minutes, which it
 * does not show yet. Where the clock is set forward over them, that is the moment of the change. Where it is
 * set back over them, they come twice, and it is either of the two.
 */
function nextTimeOf(minutes: number, timeZone: string, after: Date): Date {
  // Clocks are changed by whole minutes. Quiet hours are a day long at most.
  let early = Math.floor(after.getTime() / MINUTE_MS);
  let late = early + 2 * DAY_MINUTES;
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (localMinutes(new Date(middle * MINUTE_MS), timeZone) >= minutes) late = middle;
    else early = middle;
  }
  return new Date(late * MINUTE_MS);
}
