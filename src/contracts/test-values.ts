import { randomUUID } from 'node:crypto';
import type { AgentInstanceId, UserId } from '../domain/ids.ts';

/** Returns a new unique id. */
export const newId = <Id extends string>() => randomUUID() as Id;

/** Returns a user without data. Tests share one store, so each test needs its own users. */
export const newUser = () => `user-${randomUUID()}` as UserId;

/**
 * The time that tests use when no other time is given. It has milliseconds, to show that a store keeps them.
 */
export const NOW = new Date('2026-03-01T12:00:00.123Z');
/** Returns `NOW` plus the given milliseconds. */
export const msAfterNow = (milliseconds: number) => new Date(NOW.getTime() + milliseconds);
/** In milliseconds. */
export const DAY_MS = 24 * 60 * 60 * 1000;

/** No agent waits in this process: an empty set of instance ids, for `waitingHere`. */
export const NO_WAITS: ReadonlySet<AgentInstanceId> = new Set();
