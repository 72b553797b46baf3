import { statusGroupOf } from '../../model/status-group.ts';
import type { AgentInstance, InstanceStatus } from '../../model/wire.ts';

const WORDS: { readonly [Status in InstanceStatus]: string } = {
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

/** Colour and words: nobody has to tell colours apart. */
export const StatusMark = ({ instance }: { readonly instance: AgentInstance }) => (
  <span class="status" data-need={statusGroupOf(instance)}>
    <span class="status-dot" aria-hidden="true" />
    {WORDS[instance.status] ?? instance.status}
  </span>
);

export const titleOf = (instance: AgentInstance): string => instance.name ?? instance.agent_type_name;
