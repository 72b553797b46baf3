import { dashboard, nextCursor, waitingInstances } from '../../store/agents/dashboard.ts';
import { Welcome } from './welcome.tsx';

/** Shown instead of the details while no instance is open; on wide screens only. */
export function NothingSelected() {
  // Undefined, and not null, means that the list is not loaded yet.
  const isListLoaded = nextCursor.value !== undefined;
  if (dashboard.value.instances.size === 0) return isListLoaded ? <Welcome /> : null;
  const waitingCount = waitingInstances.value.length;
  return (
    <div class="empty-state">
      <p>
        {waitingCount === 0
          ? 'No agent is waiting for you.'
          : waitingCount === 1
            ? 'One agent is waiting for you.'
            : `${waitingCount} agents are waiting for you.`}
      </p>
      <p class="muted">
        Choose an agent, or press <kbd>j</kbd> for the next one. Press <kbd>?</kbd> for all shortcuts.
      </p>
    </div>
  );
}
