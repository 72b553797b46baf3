import type { InstanceProgress } from '../../../ports/storage/dashboard-queries.ts';
import { invalidLastEventId } from '../../errors.ts';

export const INSTANCE_EVENT_ID = /^([0-9]{1,10})\.([0-9]{1,10})$/;
export const USER_EVENT_ID = /^([0-9a-f]{16})\.([0-9]{1,15})$/;

/**
 * A larger version or position in an event id is lowered to this, because the integer columns of PostgreSQL
 * hold no more than 2,147,483,647.
 */
const MAX_NUMBER = 2_000_000_000;

/**
 * Returns the id of an event of one instance. A client that has received it has all messages up to the
 * position and all other changes up to the version.
 */
export const formatInstanceEventId = ({ position, version }: InstanceProgress): string =>
  `${position}.${version}`;

/**
 * Parses the id of an event of one instance.
 * @throws RequestError `invalid_last_event_id`
 */
export function parseInstanceEventId(eventId: string): InstanceProgress {
  const [, position, version] = INSTANCE_EVENT_ID.exec(eventId) ?? [];
  if (position === undefined || version === undefined) throw invalidLastEventId();
  return {
    position: Math.min(Number(position), MAX_NUMBER),
    version: Math.min(Number(version), MAX_NUMBER),
  };
}

/** A position in the events of all instances of a user, as one process numbers them. */
export interface UserStreamPosition {
  /** Random, and new whenever the numbers start again: in another process, or after a restart. */
  readonly epoch: string;
  readonly number: number;
}

export const formatUserEventId = ({ epoch, number }: UserStreamPosition): string => `${epoch}.${number}`;

/**
 * Parses the id of an event of all instances of a user.
 * @throws RequestError `invalid_last_event_id`
 */
export function parseUserEventId(eventId: string): UserStreamPosition {
  const [, epoch, number] = USER_EVENT_ID.exec(eventId) ?? [];
  if (epoch === undefined) throw invalidLastEventId();
  return { epoch, number: Number(number) };
}
