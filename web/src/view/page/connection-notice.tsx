import { formatClockTime } from '../../model/format-time.ts';
import { connection } from '../../store/agents/live-updates.ts';
import { outbox } from '../../store/agents/outbox.ts';

/** While the line is cut the page goes on showing what it knows, and says how old that is. */
export function ConnectionNotice() {
  const state = connection.value;
  if (state.state !== 'lost') return null;
  const unsent = outbox.value.filter(({ refusal }) => refusal === null).length;
  return (
    <p class="connection-notice" role="status">
      <span class="spinner" aria-hidden="true" />
      Connection lost. Showing what was known at {formatClockTime(new Date(state.since).toISOString())}.
      {unsent > 0 && ` ${unsent === 1 ? 'One message' : `${unsent} messages`} will be sent once it is back.`}
    </p>
  );
}
