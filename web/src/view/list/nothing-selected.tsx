import { dashboard, nextCursor, waitingInstances } from '../../store/agents/dashboard.ts';
import { Welcome } from './welcome.tsx';

/** Shown instead of the details while no instance is open; on wide screens only. */
export function NothingSelected() {
  // There is no cursor, not even null, before the list was loaded.
  const isListLoaded = nextCursor.value !== undefined;
  if (dashboard.value.instances.size === 0) return isListLoaded ? <Welcome /> : null;
  const waiting = waitingInstances.value.length;
  return (
    <div class="empty-state">
      <p>
        {waiting === 0
          ? 'No agent is waiting for you.'
          : waiting === 1
            ? 'One agent is waiting for you.'
            : `${waiting} agents are waiting for you.`}
      </p>
      <p class="muted">
        Choose an agent, or press <kbd>j</kbd> for the next one. Press <kbd>?</kbd> for all shortcuts.
      </p>
    </div>
  );
}
