import type { PushMessage } from '../../../src/adapters/notify/web-push/push-message.ts';
import { NOTIFICATIONS_LOCK, type NotificationContent, toNotification } from './notification-content.ts';
import { openPages } from './open-page.ts';
import { urlOf, worker } from './worker-scope.ts';

/** How long a notification says how its question ended, before it goes away. */
const OVER_MS = 10_000;

const QUIETLY = { renotify: false };

/** Shows a notification instead of the one with the same tag, and of those that are over. */
export const show = (message: PushMessage): Promise<void> => exclusively(() => showInstead(message));

/**
 * Says for a moment how a question ended, then takes the notification away. It is not closed at once, because
 * browsers demand that each push shows something: Safari ends the subscription after three that do not, and
 * Chromium shows a notification of its own, unless another one or the page is visible.
 */
export const showOver = (message: PushMessage): Promise<void> =>
  exclusively(async () => {
    await showInstead(message);
    const isThis = ({ tag, isOver }: NotificationContent) => tag === message.tag && isOver;
    const shown = await worker.registration.getNotifications();
    const isAlone = shown.every(({ data }) => isThis(data));
    const isPageVisible = (await openPages()).some(({ visibilityState }) => visibilityState === 'visible');
    if (isPageVisible || !isAlone) await close(isThis);
    // The browser counts what is shown at the end of the push event, so this waits outside of it. If the
    // browser stops the worker before, the next push closes the notification.
    else setTimeout(() => void exclusively(() => close(isThis)), OVER_MS);
  });

async function showInstead(message: PushMessage): Promise<void> {
  const { title, options } = toNotification(message, urlOf);
  const { tag, key } = options.data;
  const before = await worker.registration.getNotifications({ tag });
  // The person was alerted already. The push only adds its buttons.
  const isTold = before.some(({ data }) => (data as NotificationContent).isFromPage === true);
  await worker.registration.showNotification(title, isTold ? { ...options, ...QUIETLY } : options);
  // iOS knows no tags, so there the old one is still shown. Chromium has replaced it, and to close it there
  // would close the new one.
  await close((shown) => (shown.tag === tag ? shown.key !== key : shown.isOver));
}

async function close(which: (content: NotificationContent) => boolean): Promise<void> {
  for (const notification of await worker.registration.getNotifications())
    if (which(notification.data)) notification.close();
}

const exclusively = (action: () => Promise<void>): Promise<void> =>
  navigator.locks.request(NOTIFICATIONS_LOCK, action);
