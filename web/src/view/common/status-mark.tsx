import { statusGroupOf } from '../../model/status-group.ts';
import type { AgentInstance, InstanceStatus } from '../../model/wire.ts';

const LABELS: { readonly [Status in InstanceStatus]: string } = {
  ACTIVE: 'Active',
  AWAITING_INPUT: 'Waiting for you',
  STALE: 'Silent',
  COMPLETED: 'Ended',
  DELETED: 'Deleted',
  PAUSED: 'Paused',
  FAILED: 'Failed',
  KILLED: 'Killed',
  DISCONNECTED: 'Disconnected',
};

/** Shows an instance's status as a coloured dot and a word, for users who cannot tell the colours apart. */
export const StatusMark = ({ instance }: { readonly instance: AgentInstance }) => (
  <span class="status" data-group={statusGroupOf(instance)}>
    <span class="status-dot" aria-hidden="true" />
    {LABELS[instance.status] ?? instance.status}
  </span>
);

/** Returns the instance's name, or its agent type if it has no name. */
export const titleOf = (instance: AgentInstance): string => instance.name ?? instance.agent_type_name;
