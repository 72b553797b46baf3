import { effect, signal } from '@preact/signals';
import { storage } from '../page/storage.ts';

const STORAGE_KEY = 'list-grouping';
const BY_REPOSITORY = 'repository';

/** Whether the list is grouped by repository, and not by status. The browser remembers it. */
export const isGroupedByRepository = signal(storage.getItem(STORAGE_KEY) === BY_REPOSITORY);

effect(() => {
  if (isGroupedByRepository.value) storage.setItem(STORAGE_KEY, BY_REPOSITORY);
  else storage.removeItem(STORAGE_KEY);
});
