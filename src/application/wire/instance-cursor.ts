import * as v from 'valibot';
import { agentInstanceId, isUuid } from '../../domain/ids.ts';
import type { InstancePlace } from '../../ports/storage/dashboard-queries.ts';

const FORM = /^(\d{1,15})\.([0-9a-f-]{36})$/;

/**
 * Where a page of instances begins, as text for a client to hand back. It names a place, not an instance:
 * paging goes on where it was even if that instance is gone by then.
 */
export const cursor = v.pipe(
  v.string(),
  v.check((text) => isUuid(FORM.exec(text)?.[2] ?? ''), 'must be the cursor of an earlier page'),
);

export const cursorOf = (place: InstancePlace | null): string | null =>
  place === null ? null : `${place.startedAt.getTime()}.${place.id}`;

/** @param text that has passed `cursor`. */
export function placeOf(text: string): InstancePlace {
  const [, startedAt, id] = FORM.exec(text) ?? [];
  return { startedAt: new Date(Number(startedAt)), id: agentInstanceId(id ?? '', 'cursor') };
}
