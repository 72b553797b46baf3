import { expect, test } from 'vitest';
import { findViolations, overflowOf } from './support/accessibility.ts';
import { Agent } from './support/agent.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';
import { DashboardClient } from './support/dashboard-client.ts';

const dashboard = Dashboard.forTests();

test.each([
  ['phone', PHONE],
  ['desktop', DESKTOP],
] as const)('on a %s, the search finds old messages, and a hit opens the agent there', async (_, device) => {
  const [agent, other] = [new Agent(dashboard.server), new Agent(dashboard.server)];
  await agent.step('The **needle** is <b>here</b>');
  await agent.steps(Array.from({ length: 250 }, (_, nth) => `Step ${nth}`));
  await other.step('Unrelated');
  await new DashboardClient(dashboard.server).say(other, 'Look for the Needle');
  await other.step('Done');
  const page = await dashboard.openSignedIn(device);
  const search = page.getByRole('searchbox');
  await search.fill('NEEDLE the');
  const hits = page.getByRole('region', { name: /In messages/ });
  await hits.getByRole('link').nth(1).waitFor();
  expect(await hits.locator('.row-text').allTextContents()).toEqual([
    'You: Look for the Needle',
    'The **needle** is <b>here</b>',
  ]);
  expect(await findViolations(page)).toEqual([]);
  expect(await overflowOf(page)).toBe(0);
  await hits.getByRole('link', { name: /<b>here/ }).click();
  const found = page.locator('.timeline-row[data-found="true"]');
  await found.getByText('needle').waitFor();
  await expect.poll(() => found.evaluate((row) => row.getBoundingClientRect().top < innerHeight)).toBe(true);
  expect(await findViolations(page)).toEqual([]);
});

test('by keyboard, a hit is reached and opened, and what is found nowhere is said', async () => {
  const agent = new Agent(dashboard.server);
  await agent.step('An old needle');
  await agent.step('Done');
  const page = await dashboard.openSignedIn();
  await page.getByRole('link', { name: /Done/ }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('nowhere to be found');
  await page.getByText('Found in no message that was searched.').waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('needle');
  const hit = page.getByRole('region', { name: /In messages/ }).getByRole('link');
  await hit.waitFor();
  await page.keyboard.press('Escape');
  while (!(await hit.evaluate((link) => link === document.activeElement))) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('log').getByText('An old needle').waitFor();
  await page.locator('.timeline-row[data-found="true"]').waitFor();
});

test('a search that fails says so, and can be repeated', async () => {
  const agent = new Agent(dashboard.server);
  await agent.step('An old needle');
  await agent.step('Done');
  const page = await dashboard.openSignedIn();
  await page.route('**/messages/search*', (route) => route.abort());
  await page.getByRole('searchbox').fill('needle');
  await page.getByText('The search failed.').waitFor();
  await page.unroute('**/messages/search*');
  dashboard.pageErrors.splice(0);
  await page.getByRole('button', { name: 'Search again' }).click();
  await page
    .getByRole('region', { name: /In messages/ })
    .getByRole('link')
    .waitFor();
});
