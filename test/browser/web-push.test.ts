import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { guardedHttp } from '../../src/adapters/notify/guarded-http/guarded-http.ts';
import { newVapidKeys, webPushNotifier } from '../../src/adapters/notify/web-push/web-push-notifier.ts';
import { PushService } from '../support/notify/push-service.ts';
import { Agent } from './support/agent.ts';
import { fakeSubscription } from './support/fake-subscription.ts';
import { NotifyingDashboard } from './support/notifying-dashboard.ts';
import { PushedBrowser } from './support/pushed-browser.ts';

const dashboard = NotifyingDashboard.forTests(true, [
  webPushNotifier({
    vapid: { ...newVapidKeys(), subject: 'mailto:operator@example.com' },
    send: guardedHttp({ allowPrivateTargets: true }),
  }),
]);

/** On a machine that is busy with other things. */
const POLL = { timeout: 30_000 };

let service: PushService;
beforeAll(async () => {
  service = await PushService.start();
});
afterAll(() => service[Symbol.asyncDispose]());
beforeEach(() => {
  service.received.length = 0;
});

/** Opens the settings in a browser that may notify. */
async function openSettings(permissions = ['notifications']): Promise<Page> {
  const page = await dashboard.openSignedOut();
  await page.context().grantPermissions(permissions);
  await fakeSubscription(page.context(), service.subscription);
  await page.goto(dashboard.server.url);
  await page.getByLabel('Dashboard token').fill(dashboard.server.dashboardToken);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('navigation', { name: 'Agents' }).waitFor();
  await page.goto(`${dashboard.server.url}/#/notifications`);
  return page;
}

async function openTurnedOn(): Promise<{ page: Page; browser: PushedBrowser }> {
  const page = await openSettings();
  await page.getByRole('button', { name: 'Turn on in this browser' }).click();
  await page.getByText('It notifies you, also while this page is closed.').waitFor();
  const browser = await PushedBrowser.of(page);
  const rules = await (await dashboard.call('GET', '/notification-rules')).json();
  await dashboard.call('PUT', '/notification-rules', {
    ...(rules as object),
    ...{ pause_while_active: false, group_seconds: 0 },
  });
  return { page, browser };
}

/** Waits until the server has sent so many messages, and hands the last one to the browser. */
async function relay(browser: PushedBrowser, count: number): Promise<void> {
  await expect.poll(() => service.received.length, POLL).toBe(count);
  await browser.push(JSON.stringify(service.received.at(-1)!.message));
}

const destinations = async (): Promise<readonly { name: string; address: string }[]> =>
  (await dashboard.call('GET', '/notification-destinations')).json();

test('a browser that blocks notifications is told what to do', async () => {
  const page = await openSettings([]);
  await page.getByText('This browser blocks notifications of this page. Allow them').waitFor();
});

describe('a browser that is turned on', () => {
  test('is a destination until it is turned off', async () => {
    const { page } = await openTurnedOn();
    expect(await destinations()).toMatchObject([
      { name: 'Chrome on Linux', address: expect.stringContaining('Push service (127.0.0.1') },
    ]);
    await page.reload();
    await page.getByRole('button', { name: 'Turn off in this browser' }).click();
    await page.getByRole('button', { name: 'Turn on in this browser' }).waitFor();
    expect(await destinations()).toEqual([]);
  });

  test('knows when it was removed elsewhere', async () => {
    const { page } = await openTurnedOn();
    const [{ id }] = (await destinations()) as unknown as [{ id: string }];
    await dashboard.call('DELETE', `/notification-destinations/${id}`);
    await page.reload();
    await page.getByRole('button', { name: 'Turn on in this browser' }).waitFor();
  });

  test('is turned off when the user signs out', async () => {
    const { page } = await openTurnedOn();
    await page.goto(`${dashboard.server.url}/#/keys`);
    await page.getByRole('button', { name: /Sign out/ }).click();
    await page.getByLabel('Dashboard token').waitFor();
    expect(await destinations()).toEqual([]);
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
  });

  test('shows a question, and a tap answers it', async () => {
    const { browser } = await openTurnedOn();
    const agent = new Agent(dashboard.server);
    const id = await agent.ask('Delete the table?', { options: [{ label: 'Delete' }, { label: 'Keep' }] });
    await relay(browser, 1);
    await expect
      .poll(() => browser.shown())
      .toMatchObject([
        { title: 'claude-code asks', body: 'Delete the table?', actions: ['Delete', 'Keep'], silent: false },
      ]);
    expect(await browser.click(id, '1')).toBe('done');
    expect(await agent.receive(30)).toEqual(['Keep']);
    expect(await browser.shown()).toEqual([]);
    // The server tells all browsers. This one shows nothing more, because its page is visible.
    await relay(browser, 2);
    await expect.poll(() => browser.shown(), POLL).toEqual([]);
  });

  test('says what happened to an answer that came too late', async () => {
    const { browser } = await openTurnedOn();
    const agent = new Agent(dashboard.server);
    const id = await agent.ask('Delete?', { options: [{ label: 'Delete' }, { label: 'Keep' }] });
    await relay(browser, 1);
    await expect.poll(() => browser.shown(), POLL).toHaveLength(1);
    await dashboard.call('POST', `/questions/${id}/answer`, { values: ['Keep'] });
    expect(await browser.click(id, '0')).toBe('done');
    expect(await browser.shown()).toMatchObject([
      { title: '“Delete” was not taken', body: expect.stringMatching(/^Answered.*: Keep$/), actions: [] },
    ]);
    expect(await agent.receive(30)).toEqual(['Keep']);
  });

  test('keeps the answers if the server cannot be reached', async () => {
    const { page, browser } = await openTurnedOn();
    const agent = new Agent(dashboard.server);
    const id = await agent.ask('Delete?', { options: [{ label: 'Delete' }] });
    await relay(browser, 1);
    await expect.poll(() => browser.shown(), POLL).toHaveLength(1);
    await page.context().route('**/answer-links/**', (route) => route.abort());
    await browser.click(id, '0');
    expect(await browser.shown()).toMatchObject([
      { title: '“Delete” was not sent', actions: ['Delete'], silent: false },
    ]);
    await page.context().unroute('**/answer-links/**');
    await browser.click(id, '0');
    expect(await agent.receive(30)).toEqual(['Delete']);
  });

  test('opens the question in the page that is open', async () => {
    const { page, browser } = await openTurnedOn();
    const agent = new Agent(dashboard.server);
    const id = await agent.ask('Which branch?');
    await relay(browser, 1);
    await expect.poll(() => browser.shown(), POLL).toHaveLength(1);
    await browser.click(id);
    await page.getByText('Which branch?').first().waitFor();
    expect(new URL(page.url()).hash).toBe(`#/instances/${agent.id}`);
    expect(await browser.shown()).toEqual([]);
  });
});

describe('a push service that does not answer', () => {
  const ASKING = 'Asking the push service of this browser…';
  const TURN_ON = 'Turn on in this browser';

  /** Opens the settings, and begins to turn on. `answer` lets the push service answer what it was asked. */
  async function openAsking(): Promise<{ page: Page; answer: () => Promise<void> }> {
    const page = await openSettings();
    await page.getByRole('button', { name: TURN_ON }).waitFor();
    await page.clock.install();
    await page.evaluate(() => {
      const { subscribe } = PushManager.prototype;
      const { promise, resolve } = Promise.withResolvers<void>();
      addEventListener('push-service-answers', () => resolve());
      PushManager.prototype.subscribe = async function (options) {
        document.body.dataset.asked = 'yes';
        await promise;
        return subscribe.call(this, options);
      };
    });
    await page.getByRole('button', { name: TURN_ON }).click();
    await page.getByText(ASKING).waitFor();
    await page.locator('body[data-asked]').waitFor();
    const answer = () => page.evaluate(() => void dispatchEvent(new Event('push-service-answers')));
    return { page, answer };
  }

  const leaveAndReturn = async (page: Page) => {
    await page.goto(`${dashboard.server.url}/#/keys`);
    await page.getByRole('heading', { name: 'Where' }).waitFor({ state: 'detached' });
    await page.goto(`${dashboard.server.url}/#/notifications`);
  };

  test('is waited for, also while the user looks at another view', async () => {
    const { page, answer } = await openAsking();
    await leaveAndReturn(page);
    await page.getByText(ASKING).waitFor();
    await answer();
    await page.getByRole('button', { name: 'Turn off in this browser' }).waitFor();
    expect(await destinations()).toHaveLength(1);
  });

  test('a look at this browser that began before the answer, and ends after it, undoes nothing', async () => {
    const { page, answer } = await openAsking();
    await page.evaluate(() => {
      const { getSubscription } = PushManager.prototype;
      const { promise, resolve } = Promise.withResolvers<void>();
      addEventListener('look-goes-on', () => resolve());
      PushManager.prototype.getSubscription = async function () {
        PushManager.prototype.getSubscription = getSubscription;
        const found = await getSubscription.call(this);
        document.body.dataset.looks = 'yes';
        await promise;
        return found;
      };
    });
    await leaveAndReturn(page);
    await page.locator('body[data-looks]').waitFor();
    await answer();
    await expect.poll(destinations, POLL).toHaveLength(1);
    await page.getByText('It notifies you, also while this page is closed.').waitFor();
    await page.evaluate(async () => {
      dispatchEvent(new Event('look-goes-on'));
      // The page has drawn what the look found.
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    });
    await page.getByRole('button', { name: 'Turn off in this browser' }).waitFor();
  });

  test('is not waited for longer than a limit, and what it answers later is not kept', async () => {
    const { page, answer } = await openAsking();
    await page.clock.fastForward(90_000);
    await page.getByRole('alert').getByText('has not answered. Check that this device is online').waitFor();
    await page.getByText(ASKING).waitFor({ state: 'detached' });
    await leaveAndReturn(page);
    await page.getByRole('alert').getByText('has not answered').waitFor();
    await answer();
    const kept = () => page.evaluate(() => localStorage.getItem('the-browser-itself'));
    await expect.poll(kept, POLL).toBeNull();
    expect(await destinations()).toEqual([]);
    await page.getByRole('button', { name: TURN_ON }).click();
    await page.getByRole('button', { name: 'Turn off in this browser' }).waitFor();
    expect(await page.getByText('has not answered').count()).toBe(0);
  });
});

describe('a subscription that the browser has replaced', () => {
  const changes = (page: Page) => page.waitForRequest((request) => request.method() === 'PATCH');
  /** As the browser does when its push service wants another address. */
  const replace = (page: Page, name: string) =>
    page.evaluate((value) => localStorage.setItem('the-browser-itself', value), name);
  const TITLE = 'Open Agent Dashboard once';

  test('is told to the server at the next start of the page', async () => {
    const { page } = await openTurnedOn();
    const before = await destinations();
    await replace(page, 'renewed');
    const changed = changes(page);
    await page.goto(`${dashboard.server.url}/#/`);
    await page.reload();
    const { settings } = (await changed).postDataJSON();
    expect(JSON.parse(settings.subscription).endpoint).toMatch(/renewed$/);
    await page.goto(`${dashboard.server.url}/#/notifications`);
    await page.getByRole('button', { name: 'Turn off in this browser' }).waitFor();
    expect(await destinations()).toEqual(before.map((each) => ({ ...each, changed_at: expect.any(String) })));
    await page.getByRole('button', { name: 'Test' }).click();
    await expect.poll(() => service.received.length, POLL).toBe(1);
    // The server knows it now, so it is not told again.
    const repeated: string[] = [];
    page.on('request', (request) => request.method() === 'PATCH' && repeated.push(request.url()));
    await page.reload();
    await page.getByRole('button', { name: 'Turn off in this browser' }).waitFor();
    expect(repeated).toEqual([]);
  });

  test('or ended, is made anew, but not without the permission', async () => {
    const { page } = await openTurnedOn();
    await page.evaluate(() => localStorage.removeItem('the-browser-itself'));
    await page.context().clearPermissions();
    await page.reload();
    await page.getByRole('button', { name: 'Turn on in this browser' }).waitFor();
    await page.context().grantPermissions(['notifications']);
    const changed = changes(page);
    await page.reload();
    await changed;
    await page.getByRole('button', { name: 'Turn off in this browser' }).waitFor();
    expect(await destinations()).toHaveLength(1);
  });

  test('is told to the server at once while the page is open', async () => {
    const { page, browser } = await openTurnedOn();
    await replace(page, 'renewed');
    const changed = changes(page);
    expect(await browser.changeSubscription()).toEqual([]);
    await changed;
    await expect.poll(() => browser.shown(), POLL).toEqual([]);
  });

  test('is renewed while the page is closed, and the person is asked to open it', async () => {
    const { page, browser } = await openTurnedOn();
    await replace(page, 'renewed');
    await page.goto('about:blank');
    const options = { userVisibleOnly: true, applicationServerKey: 'the-key' };
    expect(await browser.changeSubscription(options)).toEqual([options]);
    await expect.poll(() => browser.shown(), POLL).toMatchObject([{ title: TITLE }]);
    const changed = changes(page);
    await page.goto(dashboard.server.url);
    await changed;
    await expect.poll(() => browser.shown(), POLL).toEqual([]);
  });

  test('ends for good if the destination was removed elsewhere', async () => {
    const { page } = await openTurnedOn();
    const [{ id }] = (await destinations()) as unknown as [{ id: string }];
    await dashboard.call('DELETE', `/notification-destinations/${id}`);
    await replace(page, 'renewed');
    await page.reload();
    await page.getByRole('button', { name: 'Turn on in this browser' }).waitFor();
    expect(await page.evaluate(() => localStorage.getItem('the-browser-itself'))).toBeNull();
  });
});

describe('a question, while the page is open in the background', () => {
  /** Opens the page as one that nobody sees. `own` counts what does not go through the worker. */
  async function openInBackground() {
    const { page, browser } = await openTurnedOn();
    await page.addInitScript(() => {
      const counter = { own: 0 };
      const construct = (Real: typeof Notification, given: unknown[]) => {
        counter.own += 1;
        return Reflect.construct(Real, given);
      };
      Object.assign(window, { counter, Notification: new Proxy(Notification, { construct }) });
      Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
    });
    const own = () => page.evaluate(() => (window as unknown as { counter: { own: number } }).counter.own);
    return { page, browser, own };
  }

  test('alerts once: the push silently adds its buttons to the notification of the page', async () => {
    const { page, browser, own } = await openInBackground();
    await page.reload();
    await page.getByRole('button', { name: 'Turn off in this browser' }).waitFor();
    const agent = new Agent(dashboard.server);
    const id = await agent.ask('Delete the table?', { options: [{ label: 'Delete' }, { label: 'Keep' }] });
    const same = { title: 'claude-code asks', body: 'Delete the table?', tag: id };
    await expect.poll(() => browser.shown(), POLL).toMatchObject([{ ...same, actions: [], renotify: true }]);
    await relay(browser, 1);
    const withButtons = { ...same, actions: ['Delete', 'Keep'], renotify: false };
    await expect.poll(() => browser.shown(), POLL).toMatchObject([withButtons]);
    expect(await own()).toBe(0);
    await dashboard.call('POST', `/questions/${id}/answer`, { values: ['Keep'] });
    // The page learns of it before the push comes.
    await expect.poll(() => browser.shown(), POLL).toEqual([]);
  });

  test('alerts once, also if the push comes first', async () => {
    const { page, browser, own } = await openInBackground();
    const [events, all] = ['**/api/v1/events*', '**/api/v1/**'];
    await page.route(events, (route) => route.abort());
    await page.reload();
    await page.getByRole('button', { name: 'Turn off in this browser' }).waitFor();
    // Without the stream, the page reads the list from time to time.
    await page.route(all, (route) => route.abort());
    const agent = new Agent(dashboard.server);
    const id = await agent.ask('Delete?', { options: [{ label: 'Delete' }, { label: 'Keep' }] });
    await relay(browser, 1);
    const pushed = [{ tag: id, actions: ['Delete', 'Keep'], renotify: true }];
    await expect.poll(() => browser.shown(), POLL).toMatchObject(pushed);
    await page.unroute(all);
    await page.unroute(events);
    const announced = page.locator('p.for-screen-readers[role="status"]');
    await announced.getByText('claude-code asks: Delete?').waitFor();
    // This waits until the page has done what it does at a new question.
    await page.evaluate(() => navigator.locks.request('notifications', () => null));
    expect(await browser.shown()).toMatchObject(pushed);
    expect(await own()).toBe(0);
  });

  test('closes when the user turns this browser off', async () => {
    const { page, browser } = await openTurnedOn();
    await new Agent(dashboard.server).ask('May I?');
    await relay(browser, 1);
    await expect.poll(() => browser.shown(), POLL).toHaveLength(1);
    await page.getByRole('button', { name: 'Turn off in this browser' }).click();
    await page.getByRole('button', { name: 'Turn on in this browser' }).waitFor();
    expect(await browser.shown()).toEqual([]);
  });
});
