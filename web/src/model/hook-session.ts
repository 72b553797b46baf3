import type { AgentInstance } from './wire.ts';

/** Where a UUID has its version. */
const VERSION_AT = 14;

/**
 * Checks whether the events of an instance come from the hooks of a coding agent, which can be stopped at its
 * next use of a tool. The server makes the ids of their instances out of the ids of sessions, as UUIDs of
 * version 8. Of a key that is limited to one instance it is not known.
 */
export const isHookSession = ({ id }: Pick<AgentInstance, 'id'>): boolean => id[VERSION_AT] === '8';
