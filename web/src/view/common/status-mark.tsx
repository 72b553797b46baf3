import { formatFullTime, formatSince } from '../../model/format-time.ts';
import { statusGroupOf } from '../../model/status-group.ts';
import { stopStateOf } from '../../model/stop-state.ts';
import type { AgentInstance, InstanceStatus } from '../../model/wire.ts';
import { now } from '../../store/page/clock.ts';

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

interface StatusMarkProps {
  readonly instance: AgentInstance;
  /** Since when the instance waits; null if it does not wait. */
  readonly waitsSince: string | null;
}

/** Shows an instance's status as a coloured dot and words, for users who cannot tell the colours apart. */
export const StatusMark = ({ instance, waitsSince }: StatusMarkProps) => (
  <span class="status" data-group={statusGroupOf(instance)}>
    <span class="status-dot" aria-hidden="true" />
    <span>
      {labelOf(instance)}
      {waitsSince !== null && (
        <>
          {' since '}
          <time dateTime={waitsSince} title={formatFullTime(waitsSince)}>
            {formatSince(waitsSince, now.value)}
          </time>
        </>
      )}
    </span>
  </span>
);

const labelOf = (instance: AgentInstance): string =>
  instance.status === 'COMPLETED' && stopStateOf(instance)?.stage === 'stopped'
    ? 'Stopped'
    : (LABELS[instance.status] ?? instance.status);

/** Returns the instance's name, or its agent type if it has no name. */
export const titleOf = (instance: AgentInstance): string => instance.name ?? instance.agent_type_name;
