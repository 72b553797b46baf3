import type { PageMessage } from './page-message.ts';
import { urlOf, worker } from './worker-scope.ts';

/** Returns the open pages, also those that were open before this worker. */
export async function openPages(): Promise<readonly WindowClient[]> {
  const all = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = new URL(worker.registration.scope);
  // The page below /agents/ is also at /agents. Other paths there are other documents.
  return all.filter(({ url }) => {
    const { origin, pathname } = new URL(url);
    return origin === page.origin && (pathname === page.pathname || `${pathname}/` === page.pathname);
  });
}

/** Shows a fragment in the page: in the tab that shows it already, in another tab, or in a new one. */
export async function openPage(hash: string): Promise<void> {
  const pages = await openPages();
  const best =
    pages.find(({ url }) => new URL(url).hash === hash) ?? pages.find(({ focused }) => focused) ?? pages[0];
  if (best === undefined) {
    await worker.clients.openWindow(urlOf(hash));
    return;
  }
  // A message does not load the page again, so nothing that the person has typed there is lost.
  best.postMessage({ openHash: hash } satisfies PageMessage);
  await best.focus();
}
