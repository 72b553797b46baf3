import { messageId } from '../../domain/ids.ts';
import type { MessagePlace } from '../../ports/storage/message-search.ts';
import { formatPlace, parsePlace } from './page-cursor.ts';

export { cursor } from './page-cursor.ts';

export const formatCursor = (place: MessagePlace | null): string | null =>
  place === null ? null : formatPlace(place.createdAt, place.id);

/** @param text a text that the schema `cursor` has accepted. */
export function parseCursor(text: string): MessagePlace {
  const { time, id } = parsePlace(text);
  return { createdAt: time, id: messageId(id, 'cursor') };
}
