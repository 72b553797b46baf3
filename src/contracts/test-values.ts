import { randomUUID } from 'node:crypto';
import type { AgentInstanceId, UserId } from '../domain/ids.ts';

/** No two are the same, whoever asks. */
export const newId = <Id extends string>() => randomUUID() as Id;

/** A user whom nobody else has met: all tests share one store. */
export const newUser = () => `user-${randomUUID()}` as UserId;

/** When everything happens that a test says nothing about: with milliseconds, which a store could lose. */
export const NOW = new Date('2026-03-01T12:00:00.123Z');
export const later = (milliseconds: number) => new Date(NOW.getTime() + milliseconds);
export const DAY = 24 * 60 * 60 * 1000;

/** The agent instances that somebody waits for, where nobody does. */
export const NO_WAITS: ReadonlySet<AgentInstanceId> = new Set();
