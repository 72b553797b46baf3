import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { Agent } from './support/agent.ts';
import { PHONE, pasteToken } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();

/** Makes the browser's storage fail in one of the ways in which browsers let it fail. */
const breakStorage = (page: Page, way: 'full' | 'forbidden' | 'absent') =>
  page.addInitScript((how) => {
    const refuse = () => {
      throw new DOMException(`storage is ${how}`, how === 'full' ? 'QuotaExceededError' : 'SecurityError');
    };
    if (how === 'full') Storage.prototype.setItem = refuse;
    for (const name of ['localStorage', 'sessionStorage']) {
      if (how === 'forbidden') Object.defineProperty(window, name, { get: refuse });
      if (how === 'absent') Object.defineProperty(window, name, { value: null });
    }
  }, way);

describe.each(['full', 'forbidden', 'absent'] as const)('when the browser’s storage is %s', (way) => {
  test('a tap and a text are sent, and the page says what it cannot keep', async () => {
    const page = await dashboard.openSignedIn(PHONE);
    await breakStorage(page, way);
    await page.reload();
    // Without its storage, the page cannot keep its part of the session.
    if (way !== 'full') await pasteToken(page, dashboard.server.dashboardToken);
    const agent = new Agent(dashboard.server);
    await agent.ask('Go on? [YES/NO]');
    await page.getByRole('link', { name: /Go on/ }).tap();
    await page.getByRole('button', { name: 'Yes' }).tap();
    expect(await agent.receive(30)).toEqual(['Yes']);
    await page.getByText(/picked up \d/).waitFor();

    await page.route('**/messages', (route) => route.abort());
    const field = page.getByRole('textbox', { name: 'Message to the agent' });
    await field.fill('And now this');
    await page.getByText('Your browser cannot keep this text. Send it before you close this page.').waitFor();
    await page.getByRole('button', { name: 'Send' }).tap();
    await page.getByText('leave this page open until it is sent').waitFor();
    await page.unroute('**/messages');
    expect(await agent.receive(60)).toEqual(['And now this']);
    await page.getByText('leave this page open').waitFor({ state: 'detached' });
  });
});

test('unsent messages are sent in the order typed, although the clock was set back between them', async () => {
  const page = await dashboard.openSignedIn();
  const agent = new Agent(dashboard.server);
  await agent.step('Working');
  await page.getByRole('link', { name: /Working/ }).click();
  await page.route('**/messages', (route) => route.abort());
  for (const [hour, text] of [
    ['12', 'first'],
    ['11', 'second'],
    ['13', 'third'],
    ['09', 'fourth'],
  ] as const) {
    await page.evaluate((now) => {
      Date.prototype.toISOString = () => now;
    }, `2026-01-01T${hour}:00:00.000Z`);
    await page.getByRole('textbox', { name: 'Message to the agent' }).fill(text);
    await page.keyboard.press('Enter');
  }
  await page.getByRole('log').getByText('fourth').waitFor();
  await page.unroute('**/messages');
  await page.reload();
  const received: string[] = [];
  while (received.length < 4) received.push(...(await agent.receive(60)));
  expect(received).toEqual(['first', 'second', 'third', 'fourth']);
});
