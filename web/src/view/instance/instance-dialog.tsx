import { useSignal } from '@preact/signals';
import { isHookSession } from '../../model/hook-session.ts';
import { statusGroupOf } from '../../model/status-group.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { deleteInstance, endInstance, renameInstance } from '../../store/agents/instance-actions.ts';
import { goTo } from '../../store/page/current-route.ts';
import { Dialog } from '../common/dialog.tsx';

interface InstanceDialogProps {
  readonly instance: AgentInstance;
  readonly onClose: () => void;
}

const MAX_NAME_LENGTH = 255;

export function InstanceDialog({ instance, onClose }: InstanceDialogProps) {
  const name = useSignal(instance.name ?? '');
  const isConfirmingEnd = useSignal(false);
  const saveName = (event: Event) => {
    event.preventDefault();
    void renameInstance(instance.id, name.value.trim());
    onClose();
  };
  const endRun = () => {
    void endInstance(instance);
    onClose();
  };
  const deleteRun = () => {
    onClose();
    goTo({ page: 'list' });
    void deleteInstance(instance);
  };
  if (isConfirmingEnd.value) {
    return (
      <Dialog key="end" title="End this agent’s run?" onClose={onClose}>
        <p>Its open questions are closed, and the agent stops waiting for answers.</p>
        {isHookSession(instance) ? (
          <p>
            If it is at work, it is stopped at its next use of a tool. The run continues with a prompt at the
            agent’s terminal.
          </p>
        ) : (
          <p>
            This page cannot interrupt the agent: it is told to stop with its next call to this server. The
            run continues if you send a message and the agent contacts this server again.
          </p>
        )}
        <div class="dialog-actions">
          <button type="button" class="plain-button" onClick={onClose}>
            Cancel
          </button>
          <button type="button" class="main-button" onClick={endRun}>
            End run
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog key="actions" title="Edit agent" onClose={onClose}>
      <form class="rename" onSubmit={saveName}>
        <label for="name">Name</label>
        <input
          id="name"
          required
          maxLength={MAX_NAME_LENGTH}
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
              isConfirmingEnd.value = true;
            }}
          >
            End run…
          </button>
        )}
        <button type="button" class="plain-button danger" onClick={deleteRun}>
          Delete
        </button>
      </div>
    </Dialog>
  );
}
