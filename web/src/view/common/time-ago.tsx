import { clockTime, fullTime, relativeTime } from '../../model/time-words.ts';
import { now } from '../../store/page/clock.ts';

interface WhenProps {
  readonly at: string;
  readonly as?: 'relative' | 'clock';
}

/** A moment in the reader's words; the exact one shows on hover. */
export const When = ({ at, as = 'relative' }: WhenProps) => (
  <time dateTime={at} title={fullTime(at)}>
    {as === 'clock' ? clockTime(at) : relativeTime(at, now.value)}
  </time>
);
