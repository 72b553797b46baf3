import type { NotificationId } from '../../../domain/ids.ts';
import type { NotificationPlace } from '../../../ports/storage/notification-repository.ts';
import { formatPlace, parsePlace } from '../page-cursor.ts';

export { cursor } from '../page-cursor.ts';

export const formatCursor = (place: NotificationPlace | null): string | null =>
  place === null ? null : formatPlace(place.createdAt, place.id);

/** @param text a text that the schema `cursor` has accepted. */
export function parseCursor(text: string): NotificationPlace {
  const { time, id } = parsePlace(text);
  return { createdAt: time, id: id as NotificationId };
}
