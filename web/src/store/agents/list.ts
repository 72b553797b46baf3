import { computed, effect, signal } from '@preact/signals';
import { filterInstances, type ListFilter, NO_FILTER } from '../../model/list-filter.ts';
import { neighbourInList, type Place, placeAmong, waitingIdsIn } from '../../model/list-walk.ts';
import { groupByRepository, type ListGroup } from '../../model/repository-group.ts';
import { groupByStatus } from '../../model/status-group.ts';
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
