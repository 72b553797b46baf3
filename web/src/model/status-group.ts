import type { AgentInstance, InstanceStatus } from './wire.ts';

/** How much an instance needs its person, most first. */
export type StatusGroup = 'waiting' | 'active' | 'stale' | 'ended';

export const STATUS_GROUPS: readonly StatusGroup[] = ['waiting', 'active', 'stale', 'ended'];

const GROUP_OF_STATUS: { readonly [Status in InstanceStatus]: StatusGroup } = {
  AWAITING_INPUT: 'waiting',
  ACTIVE: 'active',
  STALE: 'stale',
  PAUSED: 'stale',
  DISCONNECTED: 'stale',
  COMPLETED: 'ended',
  FAILED: 'ended',
  KILLED: 'ended',
  DELETED: 'ended',
};

/** A status that a newer server may know, and this page does not, is shown with what is silent. */
export const statusGroupOf = ({ status }: AgentInstance): StatusGroup => GROUP_OF_STATUS[status] ?? 'stale';

export interface InstanceGroup {
  readonly statusGroup: StatusGroup;
  readonly instances: readonly AgentInstance[];
}

const lastActivity = (instance: AgentInstance): string => instance.latest_message_at ?? instance.started_at;
const compareText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/**
 * Who waits longest comes first. Active ones keep the order in which they started: sorted by their last
 * step, rows would move under the finger all the time.
 */
const COMPARE: { readonly [N in StatusGroup]: (one: AgentInstance, other: AgentInstance) => number } = {
  waiting: (one, other) => compareText(lastActivity(one), lastActivity(other)),
  active: (one, other) => compareText(other.started_at, one.started_at),
  stale: (one, other) => compareText(lastActivity(other), lastActivity(one)),
  ended: (one, other) => compareText(other.ended_at ?? lastActivity(other), one.ended_at ?? lastActivity(one)),
};

/** The instances by need; groups without any are left out. */
export function groupByStatus(instances: Iterable<AgentInstance>): InstanceGroup[] {
  const groups = Map.groupBy(instances, statusGroupOf);
  return STATUS_GROUPS.flatMap((need) => {
    const members = groups.get(need);
    if (members === undefined) return [];
    return [{ need, instances: members.sort((a, b) => COMPARE[need](a, b) || compareText(a.id, b.id)) }];
  });
}
