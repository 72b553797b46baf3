const UNITS: readonly (readonly [name: Intl.RelativeTimeFormatUnit, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** Returns `2 min. ago` in the reader's language, or a date if it is more than about a week ago. */
export function formatRelativeTime(time: string, now: number, locale?: string): string {
  const elapsedMs = now - Date.parse(time);
  if (elapsedMs < 45_000) return formatNow(locale);
  if (elapsedMs > 6.5 * 86_400_000) {
    const isSameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
    return new Intl.DateTimeFormat(locale, {
      day: 'numeric',
      month: 'short',
      ...(isSameYear ? {} : { year: 'numeric' }),
    }).format(new Date(time));
  }
  // A unit is used from 0.95 of it on: 57 minutes are shown as one hour.
  const [unit, unitMs] = UNITS.find(([, ms]) => elapsedMs >= ms * 0.95) ?? UNITS[2]!;
  return new Intl.RelativeTimeFormat(locale, { style: 'narrow' }).format(
    -Math.round(elapsedMs / unitMs),
    unit,
  );
}

const formatNow = (locale?: string): string =>
  new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(0, 'second');

export const formatFullTime = (time: string, locale?: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' }).format(new Date(time));

/** Returns the time of day as the reader's language writes it, such as `00:05` or `12:05 AM`. */
export const formatClockTime = (time: string, locale?: string): string =>
  new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(new Date(time));

/** Returns the time of day, after the date if it is on another day than `now`. */
export function formatSince(time: string, now: number, locale?: string): string {
  const clock = formatClockTime(time, locale);
  if (localDay(time) === new Date(now).toDateString()) return clock;
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' }).format(new Date(time));
  return `${day}, ${clock}`;
}

/** Returns a text that is the same for all times of one day in the local time zone. It is not for display. */
export const localDay = (time: string): string => new Date(time).toDateString();

/** Returns `today`, `yesterday` or a date, in the reader's language. */
export function formatDay(time: string, now: number, locale?: string): string {
  const midnightBefore = (ms: number) => new Date(new Date(ms).toDateString()).getTime();
  const daysAgo = Math.round((midnightBefore(now) - midnightBefore(Date.parse(time))) / 86_400_000);
  if (daysAgo <= 1) return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(-daysAgo, 'day');
  return new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' }).format(
    new Date(time),
  );
}
