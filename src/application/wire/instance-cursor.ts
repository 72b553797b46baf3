import * as v from 'valibot';
import { agentInstanceId } from '../../domain/ids.ts';
import type { InstancePlace } from '../../ports/storage/dashboard-queries.ts';

/** Milliseconds of 14 digits end in the year 5138. PostgreSQL reads no time after the year 9999. */
const CURSOR = /^([0-9]{1,14})\.([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/**
 * The text that a client sends back to get the next page of instances. It names a place in the order, not an
 * instance, so paging continues even if the instance at that place was deleted.
 */
export const cursor = v.pipe(
  v.string(),
  v.check((text) => CURSOR.test(text), 'must be the cursor of an earlier page'),
  v.metadata({ pattern: CURSOR.source }),
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
