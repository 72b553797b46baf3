import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { countRunningAgents, stopAllAgents } from '../../store/agents/stop-actions.ts';
import { showError } from '../../store/page/notices.ts';
import { Dialog } from '../common/dialog.tsx';
import { StopForm } from '../common/stop-form.tsx';

/** Asks for a confirmation, and says how many agents are concerned: the list may not show all of them. */
export function StopAllDialog({ onClose }: { readonly onClose: () => void }) {
  const count = useSignal<number | null>(null);
  useEffect(() => {
    countRunningAgents().then(
      (running) => {
        count.value = running;
      },
      (error) => {
        showError(error);
        onClose();
      },
    );
  }, []);
  const agents = count.value === 1 ? 'one agent' : `${count.value ?? '…'} agents`;
  return (
    <Dialog title={`Stop ${agents}?`} onClose={onClose}>
      <p>
        Every agent that has not ended is told to stop: those that wait for an answer at once, the others at
        their next step or question. They then end their runs themselves.
      </p>
      {count.value !== null && (
        <StopForm
          label={`Stop ${agents}`}
          onCancel={onClose}
          onStop={(reason) => {
            void stopAllAgents(reason);
            onClose();
          }}
        />
      )}
    </Dialog>
  );
}
