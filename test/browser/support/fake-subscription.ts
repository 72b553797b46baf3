import type { BrowserContext } from 'playwright-core';

/**
 * Lets pages subscribe without the network: at another push service, with this subscription. The real method
 * asks the push service of the browser's maker. Each new subscription has another address.
 */
export async function fakeSubscription(context: BrowserContext, subscription: string): Promise<void> {
  await context.addInitScript((json: string) => {
    const ENTRY = 'the-browser-itself';
    const subscribed = () => {
      const name = localStorage.getItem(ENTRY);
      if (name === null) return null;
      const real = JSON.parse(json);
      const endpoint = `${real.endpoint}-${name}`;
      const unsubscribe = async () => localStorage.removeItem(ENTRY);
      return { ...real, endpoint, toJSON: () => ({ ...real, endpoint }), unsubscribe };
    };
    PushManager.prototype.getSubscription = async () => subscribed();
    PushManager.prototype.subscribe = async (options) => {
      if (!options?.userVisibleOnly) throw new DOMException('silent', 'NotAllowedError');
      localStorage.setItem(ENTRY, crypto.randomUUID());
      return subscribed();
    };
  }, subscription);
}
