import { parseRoute } from '../../model/route.ts';
import type { PageMessage } from '../../service-worker/page-message.ts';
import { goTo } from '../page/current-route.ts';

/** Opens what a notification is about, after a click on it while this page was open. */
export function startOpeningFromNotifications(): void {
  // Browsers have no service workers on HTTP without localhost.
  navigator.serviceWorker?.addEventListener('message', ({ data }: MessageEvent<PageMessage>) => {
    if ('openHash' in data) goTo(parseRoute(data.openHash));
  });
}
