import type { AgentInstance } from './wire.ts';

type Located = Pick<AgentInstance, 'context'>;

/** Returns where an agent runs, in the few words that tell agents apart. Empty: it is not known. */
export function placeOf({ context }: Located): string[] {
  if (context === null) return [];
  const { repository, folder, branch, machine } = context;
  return [repository ?? folder, branch, machine].filter((text) => text !== null);
}

export interface PlaceFact {
  readonly label: string;
  readonly text: string;
}

/** Returns everything that is known about where an agent runs. */
export function placeFactsOf({ context }: Located): PlaceFact[] {
  if (context === null) return [];
  const facts: [label: string, text: string | null][] = [
    ['Repository', context.repository],
    ['Branch', context.branch],
    ['Machine', context.machine],
    ['Folder', context.folder],
    ['Model', context.model],
    ['Version', context.agent_version],
    ['Terminal', context.terminal],
  ];
  return facts.flatMap(([label, text]) => (text === null ? [] : [{ label, text }]));
}
