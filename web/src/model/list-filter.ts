import { type StatusGroup, statusGroupOf } from './status-group.ts';
import type { AgentInstance } from './wire.ts';

/** Which instances the user wants to see in the list. Null in a field: that field excludes no instance. */
export interface ListFilter {
  readonly searchText: string;
  readonly statusGroup: StatusGroup | null;
  readonly agentType: string | null;
}

export const NO_FILTER: ListFilter = { searchText: '', statusGroup: null, agentType: null };

export const isFiltering = (filter: ListFilter): boolean =>
  filter.searchText.trim() !== '' || filter.statusGroup !== null || filter.agentType !== null;

/**
 * Returns the instances that match the filter. Every word of the search text must occur in the instance's
 * name, agent type or latest message.
 */
export function filterInstances(instances: Iterable<AgentInstance>, filter: ListFilter): AgentInstance[] {
  const words = filter.searchText.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return [...instances].filter((instance) => {
    if (filter.statusGroup !== null && statusGroupOf(instance) !== filter.statusGroup) return false;
    if (filter.agentType !== null && instance.agent_type_name !== filter.agentType) return false;
    if (words.length === 0) return true;
    const text = `${instance.name ?? ''}\n${instance.agent_type_name}\n${instance.latest_message ?? ''}`;
    const searched = text.toLocaleLowerCase();
    return words.every((word) => searched.includes(word));
  });
}
