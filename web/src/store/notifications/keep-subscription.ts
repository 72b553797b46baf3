import { effect, untracked } from '@preact/signals';
import { randomId } from '../../../../src/adapters/client/http/random-id.ts';
import type { NotificationChannel } from '../../model/wire.ts';
import { findSubscription, subscribe, unsubscribe } from '../../server/push.ts';
import { RequestError, request } from '../../server/request.ts';
import { closeInWorker } from '../../server/worker-notifications.ts';
import { type PageMessage, RENEWAL_TAG } from '../../service-worker/page-message.ts';
import { signedInUser } from '../session/signed-in-user.ts';
import { readEntry, removeEntry, writeEntry } from './browser-entry.ts';

/** One tab at a time compares the subscriptions: two would subscribe twice. */
const LOCK = 'push-subscription';

/**
 * Tells the server when this browser has got another subscription by itself: at each start of the page, and
 * when the service worker says so. The worker itself cannot tell the server. It has the cookie of the
 * session, but not the other part, which the page keeps where workers cannot read.
 */
export function startKeepingSubscription(): void {
  const keep = (): void => void keepSubscription().catch(() => null);
  effect(() => {
    if (signedInUser.value) untracked(keep);
  });
  // Browsers have no service workers on HTTP without localhost.
  navigator.serviceWorker?.addEventListener('message', ({ data }: MessageEvent<PageMessage>) => {
    if ('isSubscriptionChanged' in data) keep();
  });
}

/**
 * Compares the subscription of this browser with the one that the server has, and corrects the latter. If the
 * browser has ended its subscription, it gets a new one.
 * @throws RequestError if the server cannot be reached; the next start of the page tries again
 */
export async function keepSubscription(): Promise<void> {
  if (readEntry() === null || !('serviceWorker' in navigator)) return;
  // Who has taken the permission away wants no notifications.
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  await navigator.locks.request(LOCK, async () => {
    const entry = readEntry();
    if (entry === null || entry.userId !== signedInUser.value?.user_id) return;
    const subscription = (await findSubscription()) ?? (await subscribeAgain());
    if (subscription === null) return;
    const { endpoint } = subscription;
    if (endpoint !== entry.endpoint) {
      if (await replaceAtServer(entry.destinationId, subscription)) writeEntry({ ...entry, endpoint });
      else {
        removeEntry();
        await unsubscribe();
      }
    }
    await closeInWorker(RENEWAL_TAG);
  });
}

async function subscribeAgain(): Promise<PushSubscription | null> {
  const channels = await request<readonly NotificationChannel[]>('GET', '/notification-channels');
  const publicKey = channels.find(({ channel }) => channel === 'webpush')?.public_key ?? null;
  return publicKey === null ? null : subscribe(publicKey).catch(() => null);
}

/** @returns false if the destination was removed elsewhere */
async function replaceAtServer(destinationId: string, subscription: PushSubscription): Promise<boolean> {
  const body = { settings: { subscription: JSON.stringify(subscription) } };
  const path = `/notification-destinations/${encodeURIComponent(destinationId)}`;
  try {
    await request('PATCH', path, { body, idempotencyKey: randomId() });
    return true;
  } catch (error) {
    if (error instanceof RequestError && error.problem?.code === 'destination_not_found') return false;
    throw error;
  }
}
