import type { Page, Request } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { Agent } from './support/agent.ts';
import { DESKTOP, OTHER_NAME } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();
const TAB_COUNT = 7;

/** Opens tabs in one browser. `openStreams` returns the tab and the last event id of each open stream. */
async function openTabs(origin: string) {
  const first = await dashboard.openSignedIn(DESKTOP, origin);
  const tabs = [first];
  const streams = new Map<Request, { readonly tab: Page; readonly lastEventId: string | undefined }>();
  const context = first.context();
  context.on('request', (request) => {
    if (!new URL(request.url()).pathname.endsWith('/events')) return;
    streams.set(request, { tab: request.frame().page(), lastEventId: request.headers()['last-event-id'] });
  });
  context.on('requestfailed', (request) => streams.delete(request));
  context.on('requestfinished', (request) => streams.delete(request));
  await first.reload();
  await first.getByRole('navigation', { name: 'Agents' }).waitFor();
  while (tabs.length < TAB_COUNT) {
    const tab = await context.newPage();
    await tab.goto(origin);
    await tab.getByRole('navigation', { name: 'Agents' }).waitFor();
    tabs.push(tab);
  }
  return { tabs, openStreams: () => [...streams.values()] };
}

// Browsers have locks on localhost and on HTTPS only.
describe.each(['127.0.0.1', OTHER_NAME])('seven tabs of one browser at http://%s', (host) => {
  afterEach(() => {
    // Browsers ignore this header on a site that they do not trust, and say so as an error.
    const isExpected = (text: string) =>
      text.startsWith('The Cross-Origin-Opener-Policy header has been ignored');
    if (host === OTHER_NAME && dashboard.pageErrors.every(isExpected)) dashboard.pageErrors.length = 0;
  });

  test('share one event stream, show the same, and can all answer', async () => {
    const { tabs, openStreams } = await openTabs(`http://${host}:${new URL(dashboard.server.url).port}`);
    const agent = new Agent(dashboard.server);
    await agent.ask('Go on? [YES/NO]');
    for (const tab of tabs) await tab.getByRole('link', { name: /Go on/ }).waitFor();
    expect(openStreams().length).toBe(1);
    const last = tabs.at(-1)!;
    await last.getByRole('link', { name: /Go on/ }).click();
    await last.getByRole('button', { name: 'Yes' }).click();
    expect(await agent.receive(30)).toEqual(['Yes']);
    await last.getByText(/picked up \d/).waitFor();
    for (const tab of tabs) await tab.waitForFunction(() => !document.title.startsWith('('));
  });

  test('continue after the last event when the tab with the stream is closed', async () => {
    const { tabs, openStreams } = await openTabs(`http://${host}:${new URL(dashboard.server.url).port}`);
    const agent = new Agent(dashboard.server);
    await agent.step('Step 1');
    for (const tab of tabs) await tab.getByRole('link', { name: /Step 1/ }).click();
    for (const tab of tabs) await tab.getByRole('log').getByText('Step 1').waitFor();
    let left = tabs;
    for (let nth = 2; nth <= 4; nth += 1) {
      const leader = openStreams().find(({ tab }) => left.includes(tab))!.tab;
      left = left.filter((tab) => tab !== leader);
      await Promise.all([leader.close(), agent.step(`Step ${nth}`)]);
      for (const tab of left) await tab.getByRole('log').getByText(`Step ${nth}`).waitFor();
      const newStreams = () => openStreams().filter(({ tab }) => left.includes(tab));
      await expect.poll(() => newStreams().length, { timeout: 60_000 }).toBe(1);
      expect(newStreams()[0]!.lastEventId).toMatch(/./);
    }
  });
});

test('signing out in one tab signs out the one with the event stream, and keeps nothing of the user', async () => {
  const leader = await dashboard.openSignedIn();
  const other = await leader.context().newPage();
  await other.goto(dashboard.server.url);
  const agent = new Agent(dashboard.server);
  await agent.step('Working');
  await leader.getByRole('link', { name: /Working/ }).click();
  await leader.getByRole('textbox', { name: 'Message to the agent' }).fill('A secret draft');
  await other.getByRole('link', { name: 'API keys' }).click();
  await other.getByRole('button', { name: /Sign out/ }).click();
  for (const tab of [other, leader]) await tab.getByLabel('Dashboard token').waitFor();
  expect(await leader.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain('secret');
});

test('two servers on one host keep their sessions apart in one browser', async () => {
  await using otherServer = await dashboard.startOtherServer();
  const page = await dashboard.openSignedIn();
  const other = await page.context().newPage();
  await other.goto(/Open: +(\S+)/.exec(otherServer.process.stdout)![1]!);
  await other.getByRole('navigation', { name: 'Agents' }).waitFor();
  for (const tab of [page, other]) {
    await tab.reload();
    await tab.getByRole('navigation', { name: 'Agents' }).waitFor();
  }
  await other.getByRole('link', { name: 'API keys' }).click();
  await other.getByRole('button', { name: /Sign out/ }).click();
  await other.getByLabel('Dashboard token').waitFor();
  await page.reload();
  await page.getByRole('navigation', { name: 'Agents' }).waitFor();
});
