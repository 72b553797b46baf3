import { formatFullTime } from '../../../model/format-time.ts';
import { needsSeconds, timeLeft } from '../../../model/question/deadline.ts';
import { now, nowToTheSecond } from '../../../store/page/clock.ts';

/** Shows how much time is left. Screen readers read it only when the user gets there. */
export function Countdown({ expiresAt }: { readonly expiresAt: string }) {
  const minutes = now.value;
  // The clock of the seconds stands still while nobody looks at it.
  const time = needsSeconds(expiresAt, minutes) ? Math.max(minutes, nowToTheSecond.value) : minutes;
  return (
    <time class="countdown" dateTime={expiresAt} title={formatFullTime(expiresAt)}>
      {timeLeft(expiresAt, time)}
    </time>
  );
}
