import { computed, effect, signal } from '@preact/signals';
import { filterInstances, type ListFilter, NO_FILTER } from '../../model/list-filter.ts';
import { neighbourInList, nextWaiting, type Place, placeAmong, waitingIdsIn } from '../../model/list-walk.ts';
import { groupByRepository, type ListGroup } from '../../model/repository-group.ts';
import { groupByStatus } from '../../model/status-group.ts';
import { waitingOf } from '../../model/waiting.ts';
import { currentRoute } from '../page/current-route.ts';
import { dashboard } from './dashboard.ts';
import { isGroupedByRepository } from './list-grouping.ts';

/** The filter that the user has set. It stays while other views are open. */
export const filter = signal<ListFilter>(NO_FILTER);

/** The list as the user sees it. */
export const listedGroups = computed((): readonly ListGroup[] => {
  const instances = filterInstances(dashboard.value.instances.values(), filter.value);
  return isGroupedByRepository.value ? groupByRepository(instances) : groupByStatus(instances);
});

const openId = computed(() => (currentRoute.value.page === 'instance' ? currentRoute.value.id : null));

let place: Place | null = null;
let isWaiting = false;

effect(() => {
  const id = openId.value;
  const newPlace = id === null ? null : placeAmong(waitingIdsIn(listedGroups.value), id);
  // While the open instance waits, its place is the one that it had at first: answers move it.
  const isFirst = place?.id !== id || (!isWaiting && newPlace !== null);
  isWaiting = newPlace !== null;
  if (isFirst) place = newPlace;
});

/** Returns the id of the next or previous instance of the list, or null if there is none. */
export const neighbourId = (offset: 1 | -1): string | null =>
  neighbourInList(listedGroups.value, openId.value, place, offset);

/**
 * Returns the id of the next instance that waits, or null if no other one does. The filter does not count:
 * an agent that it hides waits all the same.
 */
export function nextWaitingId(): string | null {
  const { instances, conversations } = dashboard.value;
  const waiting = [...instances.values()].flatMap((instance) => {
    const since = waitingOf(instance, conversations.get(instance.id))?.since;
    return since === undefined ? [] : [{ id: instance.id, since }];
  });
  waiting.sort((one, other) => (one.since < other.since ? -1 : one.since > other.since ? 1 : 0));
  return nextWaiting(
    waiting.map(({ id }) => id),
    openId.value,
  );
}
