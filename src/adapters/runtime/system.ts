import { v7 } from 'uuid';
import type { Clock, Ids } from '../../ports/runtime.ts';

export const systemClock: Clock = { now: () => new Date() };

/** Creates UUIDs of version 7. In one process each is greater than all before, even in one millisecond. */
export const uuidV7: Ids = { next: () => v7() };
