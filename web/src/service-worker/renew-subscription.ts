import { openPages } from './open-page.ts';
import { type PageMessage, RENEWAL_TAG } from './page-message.ts';
import { show } from './show-push.ts';
import { worker } from './worker-scope.ts';

/** The properties are absent in browsers that do not tell the subscriptions. */
export interface SubscriptionChange extends ExtendableEvent {
  readonly oldSubscription?: PushSubscription | null;
  readonly newSubscription?: PushSubscription | null;
}

/**
 * Subscribes again if the browser has ended its subscription. The server has to be told, and only the page
 * can do that: the worker cannot read the part of the session that the page keeps. So the worker tells the
 * pages that are open. If none is, or none is signed in, a notification asks the person to open it; the page
 * closes it when the server knows.
 */
export async function renewSubscription(change: SubscriptionChange): Promise<void> {
  const { oldSubscription, newSubscription } = change;
  // If this fails, the page subscribes.
  if (oldSubscription && !newSubscription)
    await worker.registration.pushManager.subscribe(oldSubscription.options).catch(() => null);
  // Without the permission it cannot be shown, and then nobody wants notifications.
  await show(REQUEST).catch(() => null);
  for (const page of await openPages())
    page.postMessage({ isSubscriptionChanged: true } satisfies PageMessage);
}

const REQUEST = {
  ...{ tag: RENEWAL_TAG, title: 'Open Agent Dashboard once' },
  body: 'This browser has renewed its subscription. Questions do not reach it until you have opened the page.',
  ...{ hash: '#/notifications', options: [], isOver: false },
};
