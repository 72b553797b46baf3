import { formatClockTime, formatFullTime, formatRelativeTime, formatSince } from '../../model/format-time.ts';
import { now } from '../../store/page/clock.ts';

interface TimestampProps {
  readonly time: string;
  readonly format?: 'relative' | 'clock' | 'since';
}

/** Shows a time in the reader's language. A tooltip shows the exact time. */
export const Timestamp = ({ time, format = 'relative' }: TimestampProps) => (
  <time dateTime={time} title={formatFullTime(time)}>
    {FORMATS[format](time)}
  </time>
);

const FORMATS = {
  relative: (time: string) => formatRelativeTime(time, now.value),
  clock: (time: string) => formatClockTime(time),
  since: (time: string) => formatSince(time, now.value),
};
