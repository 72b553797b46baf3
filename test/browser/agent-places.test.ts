import { expect, test } from 'vitest';
import { findViolations, overflowOf } from './support/accessibility.ts';
import { Agent } from './support/agent.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();

const SHOP = { repository: 'acme/shop', branch: 'main', machine: 'anvil', folder: '/home/ada/shop' };

test('rows of one agent type say where each agent runs, and follow a new branch', async () => {
  const page = await dashboard.openSignedIn(DESKTOP);
  const agent = new Agent(dashboard.server);
  await agent.step('In the shop', { context: SHOP });
  await new Agent(dashboard.server).step('Somewhere');
  const row = page.getByRole('link', { name: /In the shop/ });
  await row.getByText('acme/shop · main · anvil').waitFor();
  expect(
    await page
      .getByRole('link', { name: /Somewhere/ })
      .locator('.agent-place')
      .count(),
  ).toBe(0);
  await agent.step('In the shop, too', { context: { branch: 'fix-login' } });
  await row.getByText('acme/shop · fix-login · anvil').waitFor();

  await row.click();
  await page.getByRole('article').locator('summary').focus();
  await page.keyboard.press('Enter');
  const facts = page.getByRole('article').locator('.place-facts');
  await facts.getByText('~/shop', { exact: true }).waitFor();
  expect(await facts.locator('dt').allTextContents()).toEqual(['Repository', 'Branch', 'Machine', 'Folder']);
});

test('the list can be searched by places, and grouped by repository, which the browser remembers', async () => {
  await new Agent(dashboard.server).step('Selling', { context: SHOP });
  await new Agent(dashboard.server).ask('Feed whom?', { context: { repository: 'zoo', machine: 'anvil' } });
  await new Agent(dashboard.server).step('Somewhere');
  const page = await dashboard.openSignedIn(DESKTOP);
  await page.getByRole('link', { name: /Selling/ }).waitFor();
  await page.getByRole('searchbox').fill('ANVIL acme');
  await page.getByRole('link', { name: /Feed whom/ }).waitFor({ state: 'detached' });
  expect(await page.getByRole('link', { name: /Selling/ }).count()).toBe(1);
  await page.getByRole('searchbox').fill('');

  const headings = page.getByRole('navigation', { name: 'Agents' }).getByRole('heading', { level: 2 });
  const button = page.getByRole('button', { name: 'By repository' });
  await button.focus();
  await page.keyboard.press('Space');
  await expect.poll(() => headings.allTextContents()).toEqual(['zoo 1', 'acme/shop 1', 'No repository 1']);
  await page.reload();
  await page.getByRole('link', { name: /Selling/ }).waitFor();
  expect(await headings.allTextContents()).toEqual(['zoo 1', 'acme/shop 1', 'No repository 1']);
  await page.keyboard.press('j');
  await page.getByRole('log').getByText('Feed whom?').waitFor();
  await button.click();
  await expect.poll(() => headings.allTextContents()).toEqual(['Waiting for you 1', 'Active 2']);
});

test('on a phone, long places are cut for themselves, and letters from right to left stay in their part', async () => {
  const page = await dashboard.openSignedIn(PHONE);
  const context = {
    repository: `acme/${'long-'.repeat(40)}`,
    branch: 'תיקון/כניסה',
    machine: 'm'.repeat(255),
  };
  await new Agent(dashboard.server).step('Far away', { context });
  const row = page.getByRole('link', { name: /Far away/ });
  const parts = row.locator('.agent-place bdi');
  await expect.poll(() => parts.count()).toBe(3);
  const boxes = await Promise.all([0, 1, 2].map((nth) => parts.nth(nth).boundingBox()));
  const [repository, branch, machine] = boxes.map((box) => box!);
  expect(await findViolations(page)).toEqual([]);
  // In this order from left to right, all of them visible.
  expect(repository!.x + repository!.width).toBeLessThanOrEqual(branch!.x);
  expect(branch!.x + branch!.width).toBeLessThanOrEqual(machine!.x);
  expect(machine!.x + machine!.width).toBeLessThanOrEqual(390);
  expect(Math.min(repository!.width, branch!.width, machine!.width)).toBeGreaterThan(15);

  await row.tap();
  await page.getByRole('article').locator('summary').tap();
  await page.getByRole('article').getByText(context.machine).last().waitFor();
  expect(await overflowOf(page)).toBe(0);
  expect(await findViolations(page)).toEqual([]);
});
