import { signal } from '@preact/signals';
import { randomId } from '../../../../src/adapters/client/http/random-id.ts';
import { browserName } from '../../model/notification/browser-name.ts';
import { reasonAgainstPush } from '../../model/notification/push-support.ts';
import type { Destination, NotificationChannel } from '../../model/wire.ts';
import { findSubscription, registerWorker, unsubscribe } from '../../server/push.ts';
import { RequestError, request } from '../../server/request.ts';
import { closeAllInWorker } from '../../server/worker-notifications.ts';
import { onSignOut, signedInUser } from '../session/signed-in-user.ts';
import { askPushService } from './ask-push-service.ts';
import { readEntry, removeEntry, writeEntry } from './browser-entry.ts';
import { keepSubscription } from './keep-subscription.ts';

/** Whether this browser notifies its user while the page is closed. */
export type ThisBrowser =
  | { readonly state: 'unknown' | 'off' }
  /** `reason` says what to do. */
  | { readonly state: 'unsupported'; readonly reason: string }
  | { readonly state: 'on'; readonly destinationId: string };

export const thisBrowser = signal<ThisBrowser>({ state: 'unknown' });

/** What is done to turn this browser on; null: nothing. It goes on when the user leaves the settings. */
export const turningOn = signal<'asking-user' | 'asking-service' | 'saving' | null>(null);

/** Why this browser could not be turned on or off last time; null: nothing was wrong. */
export const turnProblem = signal<string | null>(null);

const DESTINATIONS = '/notification-destinations';

/** The key of the server; known after `checkThisBrowser`. */
let publicKey: string | null = null;

/** How often this browser was turned on or off. A look that began before the last time is out of date. */
let turns = 0;

/** Only iPhones and iPads have this property. An iPad has no other sign: it says that it is a Mac. */
const isIos = 'standalone' in navigator;

const reasonAgainst = (): string | null =>
  reasonAgainstPush({
    isSecure: isSecureContext,
    hasPush: 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window,
    isIos,
    permission: 'Notification' in window ? Notification.permission : 'default',
  });

/**
 * Finds out whether this browser notifies the user who is signed in.
 * @throws RequestError if the server cannot be reached
 */
export async function checkThisBrowser(): Promise<void> {
  const reason = reasonAgainst() ?? (await reasonOfServer());
  if (reason !== null) thisBrowser.value = { state: 'unsupported', reason };
  else {
    const turnsBefore = turns;
    const read = await readState();
    // What is being turned on, or was turned meanwhile, says itself how that ends.
    if (turningOn.value === null && turns === turnsBefore) thisBrowser.value = read;
  }
}

/** Says why this server does not notify browsers; null: it does. */
async function reasonOfServer(): Promise<string | null> {
  try {
    const channels = await request<readonly NotificationChannel[]>('GET', '/notification-channels');
    const channel = channels.find((each) => each.channel === 'webpush');
    publicKey = channel?.public_key ?? null;
    if (publicKey !== null) return null;
    return channel?.hint ?? 'This server does not notify browsers.';
  } catch (error) {
    if (error instanceof RequestError && error.problem?.code === 'notifications_disabled')
      return error.message;
    throw error;
  }
}

async function readState(): Promise<ThisBrowser> {
  await keepSubscription();
  const entry = readEntry();
  const subscription = await findSubscription();
  if (entry === null || subscription === null) return { state: 'off' };
  if (entry.userId !== signedInUser.value?.user_id || entry.endpoint !== subscription.endpoint)
    return { state: 'off' };
  const destinations = await request<readonly Destination[]>('GET', DESTINATIONS);
  if (!destinations.some(({ id }) => id === entry.destinationId)) return { state: 'off' };
  // Browsers look for a new version only when a page is opened below the worker's own address.
  void registerWorker().catch(() => null);
  return { state: 'on', destinationId: entry.destinationId };
}

/**
 * Asks the user for the permission, subscribes, and adds this browser to the destinations. Call it in a
 * click: browsers ask only then. Does nothing while an earlier call does the same.
 * @throws Error with a message for people
 */
export async function turnOn(): Promise<void> {
  if (turningOn.value !== null) return;
  turningOn.value = 'asking-user';
  try {
    const permission = await Notification.requestPermission();
    const reason = reasonAgainst();
    if (reason !== null) thisBrowser.value = { state: 'unsupported', reason };
    if (permission !== 'granted' || publicKey === null) return;
    turningOn.value = 'asking-service';
    const subscription = await askPushService(publicKey);
    turningOn.value = 'saving';
    await addThisBrowser(subscription);
  } finally {
    turns += 1;
    turningOn.value = null;
  }
}

async function addThisBrowser(subscription: PushSubscription): Promise<void> {
  try {
    const body = {
      channel: 'webpush',
      name: browserName(navigator.userAgent, isIos),
      settings: { subscription: JSON.stringify(subscription) },
    };
    const { id } = await request<Destination>('POST', DESTINATIONS, { body, idempotencyKey: randomId() });
    const { endpoint } = subscription;
    await removeOldDestination();
    writeEntry({ userId: signedInUser.value?.user_id ?? '', destinationId: id, endpoint });
    thisBrowser.value = { state: 'on', destinationId: id };
  } catch (error) {
    await unsubscribe();
    throw error;
  }
}

/** @throws RequestError if the server cannot be reached; then nothing has changed */
export async function turnOff(): Promise<void> {
  await removeOldDestination();
  await unsubscribe();
  // Nobody would close what is still shown: the server does not tell this browser how it ended.
  await closeAllInWorker();
  turns += 1;
  thisBrowser.value = { state: 'off' };
}

/** Other people may use this browser after the user, and shall not read what the agents ask. */
export const endPushWithSession = (): void =>
  onSignOut(async () => {
    if (readEntry() !== null) await turnOff();
  });

/** Removes the destination that this browser was, if it was one of this user. */
async function removeOldDestination(): Promise<void> {
  const entry = readEntry();
  if (entry === null) return;
  if (entry.userId === signedInUser.value?.user_id) {
    const path = `${DESTINATIONS}/${encodeURIComponent(entry.destinationId)}`;
    await request('DELETE', path, { idempotencyKey: randomId() }).catch((error: unknown) => {
      // It may have been removed elsewhere.
      if (!(error instanceof RequestError && error.problem?.status === 404)) throw error;
    });
  }
  removeEntry();
}
