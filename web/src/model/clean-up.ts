import type { AgentInstance } from './wire.ts';

/** What is done to many agents at once. */
export type CleanUp = 'end' | 'delete';

/** The lists in which the agents are that can be cleaned up. */
export const STATUSES_OF: { readonly [Kind in CleanUp]: readonly string[] } = {
  end: ['STALE'],
  delete: ['COMPLETED', 'FAILED'],
};

/** Checks whether an agent has been silent, or its run has been over, for at least so long. */
export function isOldEnough(instance: AgentInstance, kind: CleanUp, minMs: number, now: number): boolean {
  const { ended_at, latest_message_at, last_heartbeat_at, started_at } = instance;
  const times = kind === 'delete' ? [ended_at] : [latest_message_at, last_heartbeat_at];
  const last = Math.max(...[...times, started_at].filter((time) => time !== null).map(Date.parse));
  return now - last >= minMs;
}

/** Returns what is done, for a button: `End 3 agents`. */
export const cleanUpText = (kind: CleanUp, count: number): string =>
  `${kind === 'end' ? 'End' : 'Delete'} ${count === 1 ? 'one agent' : `${count} agents`}`;
