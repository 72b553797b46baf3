import { foldText } from './fold-text.ts';
import { groupByStatus, type InstanceGroup } from './status-group.ts';
import type { AgentInstance } from './wire.ts';

/** The instances of one repository; null: those of which no repository is known. */
export interface RepositoryGroup {
  readonly repository: string | null;
  readonly instances: readonly AgentInstance[];
}

/** One part of the list, under one heading. */
export type ListGroup = InstanceGroup | RepositoryGroup;

/**
 * Sorts the instances into groups by their repository. Within a group they have the order of the list without
 * groups. First come the repositories in which an agent waits, then the others by name, and those without a
 * repository last.
 */
export function groupByRepository(instances: Iterable<AgentInstance>): RepositoryGroup[] {
  const sorted = groupByStatus(instances).flatMap((group) => group.instances);
  const groups = Map.groupBy(sorted, ({ context }) => context?.repository ?? null);
  return [...groups]
    .map(([repository, members]) => ({ repository, instances: members, order: orderOf(repository, members) }))
    .sort((one, other) => (one.order < other.order ? -1 : one.order > other.order ? 1 : 0))
    .map(({ repository, instances: members }) => ({ repository, instances: members }));
}

function orderOf(repository: string | null, [first]: readonly AgentInstance[]): string {
  const isWaiting = first?.status === 'AWAITING_INPUT';
  return `${isWaiting ? 0 : 1}${repository === null ? 1 : 0}${foldText(repository ?? '')}\n${repository}`;
}
