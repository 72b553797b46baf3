import { subscribeErrorText } from '../../model/notification/push-support.ts';
import { subscribe } from '../../server/push.ts';

/** How long the page waits. Without a network, browsers try for minutes. */
const LIMIT_MS = 90_000;

/** What the browser is asked now, and who waits for it. A browser must not be asked twice at once. */
let asked: Promise<PushSubscription> | null = null;
let waiting = 0;

/**
 * Subscribes at the push service of this browser.
 * @throws Error with a message for people, also if the push service does not answer in time. A subscription
 * that comes later is ended, unless another call waits for it then.
 */
export async function askPushService(publicKey: string): Promise<PushSubscription> {
  asked ??= ask(publicKey);
  waiting += 1;
  const { promise: limit, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(TOO_LATE)), LIMIT_MS);
  try {
    return await Promise.race([asked, limit]);
  } finally {
    clearTimeout(timer);
    waiting -= 1;
  }
}

async function ask(publicKey: string): Promise<PushSubscription> {
  try {
    const subscription = await subscribe(publicKey);
    if (waiting === 0) await subscription.unsubscribe();
    return subscription;
  } catch (error) {
    throw new Error(subscribeErrorText(error));
  } finally {
    asked = null;
  }
}

const TOO_LATE =
  'The push service of this browser has not answered. Check that this device is online, and that no firewall or extension blocks the push service. Then try again.';
