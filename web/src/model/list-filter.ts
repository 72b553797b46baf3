import { type Need, needOf } from './need.ts';
import type { AgentInstance } from './wire.ts';

/** What the person wants to see of the list. */
export interface Filter {
  readonly words: string;
  readonly need: Need | null;
  readonly agentType: string | null;
}

export const everything: Filter = { words: '', need: null, agentType: null };

export const isFiltering = (filter: Filter): boolean =>
  filter.words.trim() !== '' || filter.need !== null || filter.agentType !== null;

/** Every word has to occur somewhere in the instance's name, type or latest message. */
export function matching(instances: Iterable<AgentInstance>, filter: Filter): AgentInstance[] {
  const words = filter.words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return [...instances].filter((instance) => {
    if (filter.need !== null && needOf(instance) !== filter.need) return false;
    if (filter.agentType !== null && instance.agent_type_name !== filter.agentType) return false;
    if (words.length === 0) return true;
    const text = `${instance.name ?? ''}\n${instance.agent_type_name}\n${instance.latest_message ?? ''}`;
    const searched = text.toLocaleLowerCase();
    return words.every((word) => searched.includes(word));
  });
}
