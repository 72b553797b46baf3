import type { AgentInstance, InstanceStatus } from './wire.ts';

/** How much an instance needs its person, most first. */
export type Need = 'waiting' | 'active' | 'stale' | 'ended';

export const NEEDS: readonly Need[] = ['waiting', 'active', 'stale', 'ended'];

const NEED_OF: { readonly [Status in InstanceStatus]: Need } = {
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
export const needOf = ({ status }: AgentInstance): Need => NEED_OF[status] ?? 'stale';

export interface NeedGroup {
  readonly need: Need;
  readonly instances: readonly AgentInstance[];
}

const lastActivity = (instance: AgentInstance): string => instance.latest_message_at ?? instance.started_at;
const text = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/**
 * Who waits longest comes first. Active ones keep the order in which they started: sorted by their last
 * step, rows would move under the finger all the time.
 */
const ORDER: { readonly [N in Need]: (one: AgentInstance, other: AgentInstance) => number } = {
  waiting: (one, other) => text(lastActivity(one), lastActivity(other)),
  active: (one, other) => text(other.started_at, one.started_at),
  stale: (one, other) => text(lastActivity(other), lastActivity(one)),
  ended: (one, other) => text(other.ended_at ?? lastActivity(other), one.ended_at ?? lastActivity(one)),
};

/** The instances by need; groups without any are left out. */
export function byNeed(instances: Iterable<AgentInstance>): NeedGroup[] {
  const groups = Map.groupBy(instances, needOf);
  return NEEDS.flatMap((need) => {
    const members = groups.get(need);
    if (members === undefined) return [];
    return [{ need, instances: members.sort((a, b) => ORDER[need](a, b) || text(a.id, b.id)) }];
  });
}
