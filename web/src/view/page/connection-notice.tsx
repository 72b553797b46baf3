import { formatClockTime } from '../../model/format-time.ts';
import { connection } from '../../store/agents/live-updates.ts';
import { outbox } from '../../store/agents/outbox.ts';

/** Shown while the connection to the server is lost. Says how old the shown data is. */
export function ConnectionNotice() {
  const current = connection.value;
  if (current.state !== 'lost') return null;
  const unsent = outbox.value.filter(({ refusal }) => refusal === null).length;
  return (
    <p class="connection-notice" role="status">
      <span class="spinner" aria-hidden="true" />
      Connection lost. You see the state of {formatClockTime(new Date(current.dataFrom).toISOString())}.
      {unsent > 0 &&
        ` ${unsent === 1 ? 'One message' : `${unsent} messages`} will be sent when the connection is back.`}
    </p>
  );
}
