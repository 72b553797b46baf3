import { useSignal } from '@preact/signals';
import { statusGroupOf } from '../../model/status-group.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { endInstance, deleteInstance, renameInstance } from '../../store/agents/instance-actions.ts';
import { goTo } from '../../store/page/current-route.ts';
import { Dialog } from '../common/dialog.tsx';

interface InstanceDialogProps {
  readonly instance: AgentInstance;
  readonly onClose: () => void;
}

const NAME_LIMIT = 255;

export function InstanceDialog({ instance, onClose }: InstanceDialogProps) {
  const name = useSignal(instance.name ?? '');
  const asksToEnd = useSignal(false);
  const saveName = (event: Event) => {
    event.preventDefault();
    void renameInstance(instance.id, name.value.trim());
    onClose();
  };
  const doEnd = () => {
    void endInstance(instance.id);
    onClose();
  };
  const doRemove = () => {
    onClose();
    goTo({ page: 'list' });
    void deleteInstance(instance);
  };
  if (asksToEnd.value) {
    return (
      <Dialog key="end" title="End this agent’s run?" onClose={onClose}>
        <p>
          Its open question closes and whoever waits for the answer is told. A later message can wake it
          again.
        </p>
        <div class="dialog-actions">
          <button type="button" class="plain-button" onClick={onClose}>
            Keep it
          </button>
          <button type="button" class="main-button" onClick={doEnd}>
            End it
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog key="actions" title="This agent" onClose={onClose}>
      <form class="rename" onSubmit={saveName}>
        <label for="name">Name</label>
        <input
          id="name"
          required
          maxLength={NAME_LIMIT}
          placeholder={instance.agent_type_name}
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
        <button
          type="submit"
          class="main-button"
          disabled={name.value.trim() === '' || name.value === instance.name}
        >
          Rename
        </button>
      </form>
      <div class="dialog-actions">
        {statusGroupOf(instance) !== 'ended' && (
          <button
            type="button"
            class="plain-button"
            onClick={() => {
              asksToEnd.value = true;
            }}
          >
            End run…
          </button>
        )}
        <button type="button" class="plain-button danger" onClick={doRemove}>
          Delete
        </button>
      </div>
    </Dialog>
  );
}
