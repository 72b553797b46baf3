import type { Seen } from '../../ports/storage/dashboard-queries.ts';
import { invalidLastEventId } from '../errors.ts';

const OF_INSTANCE = /^(\d{1,10})\.(\d{1,10})$/;
const OF_ALL = /^([0-9a-f]{16})\.(\d{1,15})$/;

/** No store counts further; a larger number is as good as one that was never reached. */
const HIGHEST = 2_000_000_000;

/** An event of one instance: messages up to the position, and all else up to the version, have been told. */
export const formatInstanceEventId = ({ position, version }: Seen): string => `${position}.${version}`;

/** @throws RequestError `invalid_last_event_id` */
export function parseInstanceEventId(eventId: string): Seen {
  const [, position, version] = OF_INSTANCE.exec(eventId) ?? [];
  if (position === undefined || version === undefined) throw invalidLastEventId();
  return {
    position: Math.min(Number(position), HIGHEST),
    version: Math.min(Number(version), HIGHEST),
  };
}

/** A place in the events of all of a user's instances, as one process has told them. */
export interface UserStreamPosition {
  /** Names the telling: another process, or the same after a restart, numbers its events anew. */
  readonly epoch: string;
  readonly number: number;
}

export const formatUserEventId = ({ epoch: telling, number }: UserStreamPosition): string => `${telling}.${number}`;

/** @throws RequestError `invalid_last_event_id` */
export function parseUserEventId(eventId: string): UserStreamPosition {
  const [, telling, number] = OF_ALL.exec(eventId) ?? [];
  if (telling === undefined) throw invalidLastEventId();
  return { epoch: telling, number: Number(number) };
}
