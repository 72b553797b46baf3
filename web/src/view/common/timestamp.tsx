import { formatClockTime, formatFullTime, formatRelativeTime } from '../../model/format-time.ts';
import { now } from '../../store/page/clock.ts';

interface TimestampProps {
  readonly time: string;
  readonly format?: 'relative' | 'clock';
}

/** Shows a time in the reader's language. A tooltip shows the exact time. */
export const Timestamp = ({ time, format = 'relative' }: TimestampProps) => (
  <time dateTime={time} title={formatFullTime(time)}>
    {format === 'clock' ? formatClockTime(time) : formatRelativeTime(time, now.value)}
  </time>
);
