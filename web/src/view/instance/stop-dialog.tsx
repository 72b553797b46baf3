import { isHookSession } from '../../model/hook-session.ts';
import type { AgentInstance } from '../../model/wire.ts';
import { stopAgent } from '../../store/agents/stop-actions.ts';
import { Dialog } from '../common/dialog.tsx';
import { StopForm } from '../common/stop-form.tsx';

interface StopDialogProps {
  readonly instance: AgentInstance;
  readonly onClose: () => void;
}

export const StopDialog = ({ instance, onClose }: StopDialogProps) => (
  <Dialog title="Stop this agent?" onClose={onClose}>
    {isHookSession(instance) ? (
      <p>
        At its next use of a tool, the agent is stopped: the tool is refused, and the agent is told to end.
      </p>
    ) : (
      <p>
        The agent is told at its next step or question. If it waits for an answer, it is told at once. It then
        ends its run itself.
      </p>
    )}
    <StopForm
      label="Stop agent"
      reason={instance.stop_requested?.reason ?? ''}
      onCancel={onClose}
      onStop={(reason) => {
        void stopAgent(instance.id, reason);
        onClose();
      }}
    />
  </Dialog>
);
