import { urlOf } from './page-url.ts';

/** Returns the registration of the page's service worker, or null if there is none. */
export async function findRegistration(): Promise<ServiceWorkerRegistration | null> {
  // Not `getRegistration(urlOf('/'))`: on a host with several servers, that may be the one of another path.
  const all = await navigator.serviceWorker.getRegistrations();
  return all.find(({ scope }) => scope === urlOf('/')) ?? null;
}

/** Registers the service worker, and looks for a new version of it. Resolves when one is active. */
export async function registerWorker(): Promise<ServiceWorkerRegistration> {
  const registration = await navigator.serviceWorker.register(urlOf('/service-worker.js'), {
    updateViaCache: 'none',
  });
  // Not `navigator.serviceWorker.ready`: it never resolves at /agents, which is not below /agents/.
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  if (worker === null || worker.state === 'activated') return registration;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  worker.addEventListener('statechange', () => {
    if (worker.state === 'activated') resolve();
    if (worker.state === 'redundant') reject(new Error('The service worker could not be installed.'));
  });
  await promise;
  return registration;
}

export const findSubscription = async (): Promise<PushSubscription | null> =>
  (await (await findRegistration())?.pushManager.getSubscription()) ?? null;

/** Ends the browser's subscription. The push service then tells the server that it is gone. */
export async function unsubscribe(): Promise<void> {
  await (await findSubscription())?.unsubscribe();
}

/**
 * Subscribes to the messages of the server with this key.
 * @throws DOMException if the browser or its push service refuses
 */
export async function subscribe(publicKey: string): Promise<PushSubscription> {
  const { pushManager } = await registerWorker();
  // The old one may have another key, and then the browser would refuse the new one.
  await (await pushManager.getSubscription())?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey });
}
