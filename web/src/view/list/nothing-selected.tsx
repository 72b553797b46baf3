import { dashboard, nextCursor, waitingInstances } from '../../store/agents/dashboard.ts';
import { Welcome } from './welcome.tsx';

/** The wide screen's right side while no instance is open. */
export function NothingSelected() {
  if (dashboard.value.instances.size === 0) return nextCursor.value === undefined ? null : <Welcome />;
  const waiting = waitingInstances.value.length;
  return (
    <div class="nothing">
      <p>
        {waiting === 0
          ? 'Nobody waits for you.'
          : waiting === 1
            ? 'One agent waits for you.'
            : `${waiting} agents wait for you.`}
      </p>
      <p class="muted">
        Choose one, or press <kbd>j</kbd> and <kbd>k</kbd>. <kbd>?</kbd> shows all keys.
      </p>
    </div>
  );
}
