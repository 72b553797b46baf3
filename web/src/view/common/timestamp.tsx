import { formatClockTime, formatFullTime, formatRelativeTime } from '../../model/format-time.ts';
import { now } from '../../store/page/clock.ts';

interface TimestampProps {
  readonly at: string;
  readonly as?: 'relative' | 'clock';
}

/** Shows a time in the reader's language. A tooltip shows the exact time. */
export const Timestamp = ({ at, as = 'relative' }: TimestampProps) => (
  <time dateTime={at} title={formatFullTime(at)}>
    {as === 'clock' ? formatClockTime(at) : formatRelativeTime(at, now.value)}
  </time>
);
