import { foldText } from './fold-text.ts';
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
 * name, agent type, latest message or context.
 */
export function filterInstances(instances: Iterable<AgentInstance>, filter: ListFilter): AgentInstance[] {
  const words = foldText(filter.searchText).split(/\s+/).filter(Boolean);
  return [...instances].filter((instance) => {
    if (filter.statusGroup !== null && statusGroupOf(instance) !== filter.statusGroup) return false;
    if (filter.agentType !== null && instance.agent_type_name !== filter.agentType) return false;
    if (words.length === 0) return true;
    const text = searchedText(instance);
    return words.every((word) => text.includes(word));
  });
}

/** The folded texts. An instance never changes, so its text is folded once, and not at each keystroke. */
const foldedTexts = new WeakMap<AgentInstance, string>();

function searchedText(instance: AgentInstance): string {
  const known = foldedTexts.get(instance);
  if (known !== undefined) return known;
  const { name, agent_type_name, latest_message, context } = instance;
  const texts = [name, agent_type_name, latest_message, ...Object.values(context ?? {})];
  const text = foldText(texts.filter((each) => each !== null).join('\n'));
  foldedTexts.set(instance, text);
  return text;
}
