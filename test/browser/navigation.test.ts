import { expect, test } from 'vitest';
import { Agent } from './support/agent.ts';
import { PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();

test('on a phone, back leads to the list, at the place where it was left', async () => {
  for (let at = 1; at <= 30; at += 1)
    await new Agent(dashboard.server).step(`Task ${at}`, { git_diff: 'diff --git a/x b/x' });
  const page = await dashboard.openSignedIn(PHONE);
  await page.getByRole('link', { name: /Task 3\b/ }).tap();
  const place = () => page.locator('#list').evaluate((list) => list.scrollTop);
  await page.getByRole('heading', { name: 'claude-code' }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  const left = await place();
  expect(left).toBeGreaterThan(0);
  await page.getByRole('link', { name: 'Changes' }).tap();
  await page.getByRole('region', { name: 'Changes' }).waitFor();
  await page.getByRole('link', { name: 'All agents' }).tap();
  await page.getByRole('navigation', { name: 'Agents' }).waitFor();
  expect(await place()).toBe(left);

  await page.getByRole('link', { name: /Task 4\b/ }).tap();
  await page.getByRole('log').getByText('Task 4').waitFor();
  await page.goBack();
  await page.getByRole('navigation', { name: 'Agents' }).waitFor();
});

test('an address leads to its agent, and says so where there is none', async () => {
  const page = await dashboard.openSignedIn();
  const agent = new Agent(dashboard.server);
  await agent.step('Here I am');
  await page.goto(`${dashboard.server.url}/#/instances/${agent.id}`);
  await page.reload();
  await page.getByRole('log').getByText('Here I am').waitFor();
  await page.goto(`${dashboard.server.url}/#/instances/01990000-0000-7000-8000-000000000000`);
  await page.getByText('This agent is not here, or not any more.').waitFor();
});

test('colours are chosen by the system or by the person, and stay chosen', async () => {
  const page = await dashboard.openSignedIn({ ...PHONE, colorScheme: 'dark' });
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await ground();
  await page.getByRole('button', { name: 'Colours: system' }).tap();
  const light = await ground();
  expect(light).not.toBe(dark);
  await page.reload();
  await page.getByRole('button', { name: 'Colours: light' }).waitFor();
  expect(await ground()).toBe(light);
});

test('a question is told by a notification while nobody looks, once the person has asked for that', async () => {
  const page = await dashboard.openSignedIn();
  await page.addInitScript(() => {
    class Told {
      static permission = 'default';
      static requestPermission = async () => {
        Told.permission = 'granted';
        return 'granted';
      };
      constructor(title: string, { body }: { body: string }) {
        Object.assign(window, { told: `${title}: ${body}` });
      }
    }
    Object.assign(window, { Notification: Told });
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
  });
  await page.reload();
  const agent = new Agent(dashboard.server);
  await agent.ask('May I?');
  await page.getByRole('link', { name: /May I/ }).waitFor();
  expect(await page.evaluate(() => 'told' in window)).toBe(false);
  await page.getByRole('button', { name: 'Notify me of questions' }).click();
  await agent.ask('Or shall I? [YES/NO]');
  await page.waitForFunction(() => (window as { told?: string }).told === 'claude-code asks: Or shall I?');
});
