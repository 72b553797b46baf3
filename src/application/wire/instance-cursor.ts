import { agentInstanceId } from '../../domain/ids.ts';
import type { InstancePlace } from '../../ports/storage/dashboard-queries.ts';
import { formatPlace, parsePlace } from './page-cursor.ts';

export { cursor } from './page-cursor.ts';

export const formatCursor = (place: InstancePlace | null): string | null =>
  place === null ? null : formatPlace(place.startedAt, place.id);

/** @param text a text that the schema `cursor` has accepted. */
export function parseCursor(text: string): InstancePlace {
  const { time, id } = parsePlace(text);
  return { startedAt: time, id: agentInstanceId(id, 'cursor') };
}
