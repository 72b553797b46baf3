import { expect, test } from 'vitest';
import { Agent } from './support/agent.ts';
import { PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();

test('on a phone, Back leads to the list at the scroll position where it was left', async () => {
  for (let at = 1; at <= 30; at += 1)
    await new Agent(dashboard.server).step(`Task ${at}`, { git_diff: 'diff --git a/x b/x' });
  const page = await dashboard.openSignedIn(PHONE);
  await page.getByRole('link', { name: /Task 3\b/ }).tap();
  const scrollTop = () => page.locator('#list').evaluate((list) => list.scrollTop);
  await page.getByRole('heading', { name: 'claude-code' }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  const left = await scrollTop();
  expect(left).toBeGreaterThan(0);
  await page.getByRole('link', { name: 'Changes' }).tap();
  await page.getByRole('region', { name: 'Changes' }).waitFor();
  await page.getByRole('link', { name: 'All agents' }).tap();
  await page.getByRole('navigation', { name: 'Agents' }).waitFor();
  expect(await scrollTop()).toBe(left);

  await page.getByRole('link', { name: /Task 4\b/ }).tap();
  await page.getByRole('log').getByText('Task 4').waitFor();
  await page.goBack();
  await page.getByRole('navigation', { name: 'Agents' }).waitFor();
});

test('an address opens its agent, or a page that says there is none', async () => {
  const page = await dashboard.openSignedIn();
  const agent = new Agent(dashboard.server);
  await agent.step('Here I am');
  await page.goto(`${dashboard.server.url}/#/instances/${agent.id}`);
  await page.reload();
  await page.getByRole('log').getByText('Here I am').waitFor();
  await page.goto(`${dashboard.server.url}/#/instances/01990000-0000-7000-8000-000000000000`);
  await page.getByText('There is no agent at this address.').waitFor();
});

test('the colour theme follows the system until the user chooses one, and the choice survives a reload', async () => {
  const page = await dashboard.openSignedIn({ ...PHONE, colorScheme: 'dark' });
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await background();
  await page.getByRole('button', { name: 'Colour theme: system' }).tap();
  const light = await background();
  expect(light).not.toBe(dark);
  await page.reload();
  await page.getByRole('button', { name: 'Colour theme: light' }).waitFor();
  expect(await background()).toBe(light);
});

test('a question shows a notification while the page is hidden, but only after the user has allowed it', async () => {
  const page = await dashboard.openSignedIn();
  await page.addInitScript(() => {
    class FakeNotification {
      static permission = 'default';
      static requestPermission = async () => {
        FakeNotification.permission = 'granted';
        return 'granted';
      };
      constructor(title: string, { body }: { body: string }) {
        Object.assign(window, { shownNotification: `${title}: ${body}` });
      }
    }
    Object.assign(window, { Notification: FakeNotification });
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
  });
  await page.reload();
  const agent = new Agent(dashboard.server);
  await agent.ask('May I?');
  await page.getByRole('link', { name: /May I/ }).waitFor();
  expect(await page.evaluate(() => 'shownNotification' in window)).toBe(false);
  await page.getByRole('button', { name: 'Notify me about questions' }).click();
  await agent.ask('Or shall I? [YES/NO]');
  await page.waitForFunction(
    () => (window as { shownNotification?: string }).shownNotification === 'claude-code asks: Or shall I?',
  );
});
