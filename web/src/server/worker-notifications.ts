import {
  NOTIFICATIONS_LOCK,
  type NotificationContent,
  type PushMessage,
  toNotification,
} from '../service-worker/notification-content.ts';
import { urlOf } from './page-url.ts';
import { findRegistration } from './push.ts';

/**
 * Shows a notification through the service worker, if this browser gets push messages. The push about the
 * same thing has the same tag and replaces it, while one of the page's own would stay beside it. Whichever
 * comes first alerts. A push that comes later brings its buttons silently.
 * @returns false if this browser gets no push messages; then nothing is shown
 * @throws DOMException if the browser does not allow it any more
 */
export async function showInWorker(message: PushMessage): Promise<boolean> {
  const registration = await findPushRegistration();
  if (registration === null) return false;
  const { title, options } = toNotification(message, (file) => urlOf(`/${file}`));
  const { tag } = message;
  await navigator.locks.request(NOTIFICATIONS_LOCK, async () => {
    if ((await registration.getNotifications({ tag })).length > 0) return;
    const data: NotificationContent = { ...options.data, isFromPage: true };
    await registration.showNotification(title, { ...options, data });
  });
  return true;
}

/** Closes the notification with this tag. It stays if it says how its question ended: it goes by itself. */
export async function closeInWorker(tag: string): Promise<void> {
  const registration = await findPushRegistration();
  await navigator.locks.request(NOTIFICATIONS_LOCK, async () => {
    for (const notification of (await registration?.getNotifications({ tag })) ?? [])
      if (!(notification.data as NotificationContent).isOver) notification.close();
  });
}

/** Closes all notifications that do not end with the page. */
export async function closeAllInWorker(): Promise<void> {
  const registration = await findRegistration();
  await navigator.locks.request(NOTIFICATIONS_LOCK, async () => {
    for (const shown of (await registration?.getNotifications()) ?? []) shown.close();
  });
}

async function findPushRegistration(): Promise<ServiceWorkerRegistration | null> {
  // Browsers have no service workers on HTTP without localhost.
  if (!('serviceWorker' in navigator)) return null;
  const registration = await findRegistration();
  if (registration?.active == null) return null;
  return (await registration.pushManager?.getSubscription()) ? registration : null;
}
