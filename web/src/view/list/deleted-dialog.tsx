import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { AgentInstance } from '../../model/wire.ts';
import { findDeleted, restoreDeleted } from '../../store/agents/clean-up.ts';
import { showError } from '../../store/page/notices.ts';
import { Dialog } from '../common/dialog.tsx';
import { titleOf } from '../common/status-mark.tsx';
import { Timestamp } from '../common/timestamp.tsx';

/** The deleted agents, each of which can be restored. */
export function DeletedDialog({ onClose }: { readonly onClose: () => void }) {
  const deleted = useSignal<readonly AgentInstance[] | null>(null);
  const told = useSignal('');
  useEffect(() => {
    findDeleted().then((instances) => {
      deleted.value = instances;
    }, showError);
  }, []);
  const restore = async (instance: AgentInstance) => {
    try {
      await restoreDeleted(instance.id);
      deleted.value = (deleted.value ?? []).filter(({ id }) => id !== instance.id);
      told.value = `Restored ${titleOf(instance)}.`;
    } catch (error) {
      showError(error);
    }
  };
  return (
    <Dialog title="Deleted agents" onClose={onClose}>
      <p>
        {deleted.value?.length === 0
          ? 'There are none.'
          : 'Each of them can be restored for 30 days after it was deleted.'}
      </p>
      <ul class="deleted">
        {deleted.value?.map((instance) => (
          <li key={instance.id}>
            <span dir="auto">
              {titleOf(instance)}, started <Timestamp time={instance.started_at} />
            </span>
            <button
              type="button"
              class="plain-button"
              aria-label={`Restore ${titleOf(instance)}`}
              onClick={() => void restore(instance)}
            >
              Restore
            </button>
          </li>
        ))}
      </ul>
      <p role="status">{told.value}</p>
    </Dialog>
  );
}
