const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Up to this time, the seconds are shown. */
export const SHOWN_IN_SECONDS_MS = 90 * SECOND_MS;

/** Says how much time is left until something happens: `40 s`, `12 min`, `1 h 30 min`, `5 h`, `3 days`. */
export function remainingTime(ms: number): string {
  if (ms <= SHOWN_IN_SECONDS_MS) return `${Math.ceil(ms / SECOND_MS)} s`;
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes < 60) return `${minutes} min`;
  // Whole hours would make two of 90 minutes.
  if (minutes < 120) return minutes === 60 ? '1 h' : `1 h ${minutes - 60} min`;
  const hours = Math.round(ms / HOUR_MS);
  return hours < 48 ? `${hours} h` : `${Math.round(ms / DAY_MS)} days`;
}
