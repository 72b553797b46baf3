import { setTimeout } from 'node:timers/promises';
import type { CDPSession, Page, Worker } from 'playwright-core';
import type { PushMessage } from '../../../src/adapters/notify/web-push/push-message.ts';

export interface ShownNotification {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  readonly silent: boolean;
  /** Whether it alerts, although it replaces another one. */
  readonly renotify: boolean;
  readonly actions: readonly string[];
}

/** A page whose service worker gets push messages, in place of a push service, which needs the network. */
export class PushedBrowser {
  readonly #page: Page;
  readonly #session: CDPSession;
  readonly #registrationIds = new Map<string, string>();

  private constructor(page: Page, session: CDPSession) {
    this.#page = page;
    this.#session = session;
  }

  static async of(page: Page): Promise<PushedBrowser> {
    const session = await page.context().newCDPSession(page);
    const browser = new PushedBrowser(page, session);
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      for (const { scopeURL, registrationId } of registrations)
        browser.#registrationIds.set(scopeURL, registrationId);
    });
    await session.send('ServiceWorker.enable');
    return browser;
  }

  /** The worker that is running now. After an update, it is another one. */
  get worker(): Worker {
    return this.#page.context().serviceWorkers().at(-1)!;
  }

  async push(message: PushMessage | string): Promise<void> {
    const scope = await this.worker.evaluate(() => (self as unknown as WorkerScope).registration.scope);
    while (!this.#registrationIds.has(scope)) await setTimeout(20);
    await this.#session.send('ServiceWorker.deliverPushMessage', {
      origin: new URL(scope).origin,
      registrationId: this.#registrationIds.get(scope)!,
      data: typeof message === 'string' ? message : JSON.stringify(message),
    });
  }

  shown(): Promise<ShownNotification[]> {
    return this.worker.evaluate(async () => {
      const { registration } = self as unknown as WorkerScope;
      // A test that reads the list at any time could make Chromium forget what the worker is about to show.
      const shown = await navigator.locks.request('notifications', () => registration.getNotifications());
      return shown.map(({ title, body, tag, silent, renotify, actions }) => ({
        ...{ title, body, tag, silent: silent === true, renotify },
        actions: actions.map((action) => action.title),
      }));
    });
  }

  /**
   * Tells the worker that the browser has changed its subscription, and waits until the worker has reacted.
   * @param options those of the subscription that the browser has ended; by default it tells none
   * @returns with which options the worker has subscribed
   */
  async changeSubscription(options: object | null = null): Promise<object[]> {
    return this.worker.evaluate(async (given) => {
      const subscribed: object[] = [];
      Object.assign(PushManager.prototype, { subscribe: async (wanted: object) => subscribed.push(wanted) });
      const event = new Event('pushsubscriptionchange');
      let work: Promise<unknown> = Promise.resolve();
      Object.assign(event, {
        waitUntil: (promise: Promise<unknown>) => (work = promise),
        ...(given && { oldSubscription: { options: given }, newSubscription: null }),
      });
      self.dispatchEvent(event);
      await work;
      return subscribed;
    }, options);
  }

  /**
   * Clicks the notification with this tag, and waits until the worker has done what it does then. This event
   * is not one of a person, so the worker may not move the focus or open a window.
   * @param action the number of a button; by default the notification itself
   */
  async click(tag: string, action = ''): Promise<string> {
    return this.worker.evaluate(
      async ([wanted, pressed]) => {
        const scope = self as unknown as WorkerScope;
        const [notification] = await scope.registration.getNotifications({ tag: wanted! });
        if (notification === undefined) throw new Error(`Nothing with the tag ${wanted} is shown`);
        const event = new scope.NotificationEvent('notificationclick', { notification, action: pressed! });
        let work: Promise<unknown> = Promise.resolve();
        // Browsers allow this method in their own events only.
        Object.defineProperty(event, 'waitUntil', { value: (promise: Promise<unknown>) => (work = promise) });
        self.dispatchEvent(event);
        return work.then(
          () => 'done',
          (error: unknown) => `${error}`,
        );
      },
      [tag, action],
    );
  }
}

/** What the tests use in the worker. The types of the page do not have it. */
interface WorkerScope {
  readonly registration: {
    readonly scope: string;
    getNotifications(filter?: { tag: string }): Promise<
      (Omit<Notification, 'silent'> & {
        readonly silent: boolean | null;
        readonly renotify: boolean;
        readonly actions: readonly { readonly title: string }[];
      })[]
    >;
  };
  readonly NotificationEvent: new (type: string, init: object) => Event;
}
