import { LastingStorage } from '../../model/storage/lasting-storage.ts';
import { PAGE_PATH } from '../../server/page-url.ts';

/** Two servers of one host, at different paths, share one storage of the browser. */
const PREFIX = PAGE_PATH === '/' ? '' : PAGE_PATH;

/** What the browser keeps for all tabs. */
export const storage = new LastingStorage(() => localStorage, PREFIX);

/** What the browser keeps for this tab, also while the tab shows another page. */
export const tabStorage = new LastingStorage(() => sessionStorage, PREFIX);

/** Returns the name of the entry that a `storage` event is about. Null: all entries were deleted. */
export const changedEntry = ({ key }: StorageEvent): string | null =>
  key === null || !key.startsWith(PREFIX) ? key : key.slice(PREFIX.length);
