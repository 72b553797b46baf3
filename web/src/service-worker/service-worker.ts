/**
 * Shows notifications while the page is closed, and answers questions from them. It has no listener for
 * `fetch` and caches nothing: a page that is older than its server would not understand what it gets, and
 * without the server there is nothing to show.
 */
import { answer } from './answer.ts';
import { parsePushMessage } from './notification-content.ts';
import { openPage } from './open-page.ts';
import { renewSubscription } from './renew-subscription.ts';
import { show, showOver } from './show-push.ts';
import { worker } from './worker-scope.ts';

// A new version replaces the old one at once, also while pages are open: no page loads anything through it.
// For the same reason it does not have to claim them.
worker.addEventListener('install', () => void worker.skipWaiting());

worker.addEventListener('push', (event) => {
  const message = parsePushMessage(event.data?.text() ?? '');
  event.waitUntil(message.isOver ? showOver(message) : show(message));
});

worker.addEventListener('pushsubscriptionchange', (event) => {
  event.waitUntil(renewSubscription(event));
});

worker.addEventListener('notificationclick', (event) => {
  const { notification, action } = event;
  notification.close();
  event.waitUntil(
    action === '' ? openPage(notification.data?.hash ?? '#/') : answer(notification.data, Number(action)),
  );
});
