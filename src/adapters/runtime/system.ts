import { v7 } from 'uuid';
import type { Clock, Ids } from '../../ports/runtime.ts';

export const systemClock: Clock = { now: () => new Date() };

/** UUIDv7 ids. Each is greater than the one before from this process, also within one millisecond. */
export const uuidV7: Ids = { next: () => v7() };
