import * as v from 'valibot';
import { agentInstanceId, isUuid } from '../../domain/ids.ts';
import type { InstancePlace } from '../../ports/storage/dashboard-queries.ts';

const CURSOR = /^(\d{1,15})\.([0-9a-f-]{36})$/;
/** The end of the year 9999. PostgreSQL reads no later time in the form of ISO 8601. */
const MAX_TIME_MS = 253_402_300_799_999;

/**
 * The text that a client sends back to get the next page of instances. It names a place in the order, not an
 * instance, so paging continues even if the instance at that place was deleted.
 */
export const cursor = v.pipe(
  v.string(),
  v.check((text) => {
    const [, startedAt, id] = CURSOR.exec(text) ?? [];
    return isUuid(id ?? '') && Number(startedAt) <= MAX_TIME_MS;
  }, 'must be the cursor of an earlier page'),
);

export const formatCursor = (place: InstancePlace | null): string | null =>
  place === null ? null : `${place.startedAt.getTime()}.${place.id}`;

/**
 * Parses a cursor.
 * @param text a text that the schema `cursor` has accepted.
 */
export function parseCursor(text: string): InstancePlace {
  const [, startedAt, id] = CURSOR.exec(text) ?? [];
  return { startedAt: new Date(Number(startedAt)), id: agentInstanceId(id ?? '', 'cursor') };
}
