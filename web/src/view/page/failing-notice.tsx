import { formatRoute } from '../../model/route.ts';
import { failingDestinations } from '../../store/notifications/destinations.ts';
import { Timestamp } from '../common/timestamp.tsx';

/** Says on every view that a destination does not work, until it works again. */
export function FailingNotice() {
  const failing = failingDestinations.value;
  const [first] = failing;
  if (first === undefined) return null;
  return (
    <p class="failing-notice" role="alert">
      {failing.length === 1 ? (
        <>
          Notifications have not reached <span dir="auto">{first.name}</span> since{' '}
          <Timestamp time={first.failing_since!} format="since" />
          {first.last_error !== null && <>: {first.last_error}</>}
        </>
      ) : (
        `Notifications do not reach: ${failing.map(({ name }) => name).join(', ')}`
      )}{' '}
      <a href={formatRoute({ page: 'notifications' })}>See notifications</a>
    </p>
  );
}
