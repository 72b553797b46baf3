const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** Returns `2 min. ago` in the reader's language, or a date if it is more than about a week ago. */
export function formatRelativeTime(at: string, now: number, locale?: string): string {
  const ago = now - Date.parse(at);
  if (ago < 45_000) return formatNow(locale);
  if (ago > 6.5 * 86_400_000) {
    const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
    return new Intl.DateTimeFormat(locale, {
      day: 'numeric',
      month: 'short',
      ...(sameYear ? {} : { year: 'numeric' }),
    }).format(new Date(at));
  }
  const [unit, length] = UNITS.find(([, ms]) => ago >= ms * 0.95) ?? UNITS[2]!;
  return new Intl.RelativeTimeFormat(locale, { style: 'narrow' }).format(-Math.round(ago / length), unit);
}

const formatNow = (locale?: string): string =>
  new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(0, 'second');

export const formatFullTime = (at: string, locale?: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' }).format(new Date(at));

export const formatClockTime = (at: string, locale?: string): string =>
  new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }).format(new Date(at));

/** Returns the day in the local time zone, for comparison only. */
export const localDay = (at: string): string => new Date(at).toDateString();

/** Returns `today`, `yesterday` or a date, in the reader's language. */
export function formatDay(at: string, now: number, locale?: string): string {
  const midnight = (ms: number) => new Date(new Date(ms).toDateString()).getTime();
  const days = Math.round((midnight(now) - midnight(Date.parse(at))) / 86_400_000);
  if (days <= 1) return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(-days, 'day');
  return new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' }).format(
    new Date(at),
  );
}
