import type { AgentInstance, InstanceStatus } from './wire.ts';

/** The groups of the list. Instances with similar statuses are shown together. */
export type StatusGroup = 'waiting' | 'active' | 'stale' | 'ended';

/** All groups, in the order of the list: the most urgent one is first. */
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

/** Returns the group of an instance. A status that this page does not know yet belongs to `stale`. */
export const statusGroupOf = ({ status }: AgentInstance): StatusGroup => GROUP_OF_STATUS[status] ?? 'stale';

export interface InstanceGroup {
  readonly statusGroup: StatusGroup;
  readonly instances: readonly AgentInstance[];
}

const lastActivity = (instance: AgentInstance): string => instance.latest_message_at ?? instance.started_at;
const compareText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/**
 * The order within each group. Among waiting instances, the one that has waited longest is first. Active
 * instances are sorted by their start: their last step would move rows while the user taps on them.
 */
const COMPARE: { readonly [Group in StatusGroup]: (one: AgentInstance, other: AgentInstance) => number } = {
  waiting: (one, other) => compareText(lastActivity(one), lastActivity(other)),
  active: (one, other) => compareText(other.started_at, one.started_at),
  stale: (one, other) => compareText(lastActivity(other), lastActivity(one)),
  ended: (one, other) =>
    compareText(other.ended_at ?? lastActivity(other), one.ended_at ?? lastActivity(one)),
};

/** Sorts the instances into groups. Empty groups are left out. */
export function groupByStatus(instances: Iterable<AgentInstance>): InstanceGroup[] {
  const groups = Map.groupBy(instances, statusGroupOf);
  return STATUS_GROUPS.flatMap((statusGroup) => {
    const members = groups.get(statusGroup);
    if (members === undefined) return [];
    members.sort((one, other) => COMPARE[statusGroup](one, other) || compareText(one.id, other.id));
    return [{ statusGroup, instances: members }];
  });
}
