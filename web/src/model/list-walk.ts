import type { ListGroup } from './repository-group.ts';
import { statusGroupOf } from './status-group.ts';

/** Where an instance was among those that wait, when it was opened: it moves when it is answered. */
export interface Place {
  readonly id: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export function placeAmong(waitingIds: readonly string[], id: string): Place | null {
  const index = waitingIds.indexOf(id);
  return index < 0 ? null : { id, before: waitingIds.slice(0, index), after: waitingIds.slice(index + 1) };
}

export const waitingIdsIn = (groups: readonly ListGroup[]): string[] =>
  groups
    .flatMap(({ instances }) => instances)
    .filter((instance) => statusGroupOf(instance) === 'waiting')
    .map(({ id }) => id);

/**
 * Returns the id of the instance to which the user goes on from the open one, or null at the end of the
 * list. After an instance that has waited comes the next that waits, also if the answer has moved it away.
 * @param openId null: none is open. Then this is the first or last of the list
 * @param place the place of the open instance, if it has waited since it was opened
 * @param offset 1 to go on, -1 to go back
 */
export function neighbourInList(
  groups: readonly ListGroup[],
  openId: string | null,
  place: Place | null,
  offset: 1 | -1,
): string | null {
  const ids = groups.flatMap(({ instances }) => instances.map(({ id }) => id));
  const waitingIds = waitingIdsIn(groups);
  if (place !== null && place.id === openId) {
    const next = nextThatWaits(waitingIds, place, offset);
    if (next !== null) return next;
  }
  const index = openId === null ? -1 : ids.indexOf(openId);
  if (index < 0) return ids.at(offset > 0 ? 0 : -1) ?? null;
  return ids[index + offset] ?? null;
}

/**
 * Returns the id of the instance that has waited longest. If the open one waits, returns the next one after
 * it, and after the last one the first. Null: no other instance waits.
 * @param waitingIds the one that has waited longest is first
 */
export function nextWaiting(waitingIds: readonly string[], openId: string | null): string | null {
  const index = openId === null ? -1 : waitingIds.indexOf(openId);
  const next = waitingIds[index + 1] ?? waitingIds[0] ?? null;
  return next === openId ? null : next;
}

function nextThatWaits(waitingIds: readonly string[], place: Place, offset: 1 | -1): string | null {
  const others = waitingIds.filter((id) => id !== place.id);
  if (offset < 0) return place.before.findLast((id) => others.includes(id)) ?? null;
  const next =
    place.after.find((id) => others.includes(id)) ??
    // One that has begun to wait meanwhile.
    others.find((id) => !place.before.includes(id));
  if (next !== undefined) return next;
  const isAnswered = !waitingIds.includes(place.id);
  return isAnswered ? (others[0] ?? null) : null;
}
