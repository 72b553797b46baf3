import { expect, test } from 'vitest';
import { Agent } from './support/agent.ts';
import { PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';
import { DashboardClient } from './support/dashboard-client.ts';

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

test('each question shows one notification while the page is hidden, but only after the user has allowed it', async () => {
  const page = await dashboard.openSignedIn();
  await page.addInitScript(() => {
    const shown: string[] = [];
    class FakeNotification {
      static permission = 'default';
      static requestPermission = async () => {
        FakeNotification.permission = 'granted';
        return 'granted';
      };
      readonly tag: string;
      constructor(title: string, { body, tag }: { body: string; tag: string }) {
        this.tag = tag;
        shown.push(`${title}: ${body} (${tag})`);
      }
      close() {
        closedTags.push(this.tag);
      }
    }
    const closedTags: string[] = [];
    Object.assign(window, { Notification: FakeNotification, shown, closedTags });
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
  });
  await page.reload();
  const shown = () => page.evaluate(() => (window as unknown as { shown: string[] }).shown);
  const agent = new Agent(dashboard.server);
  await agent.ask('May I?');
  await page.getByRole('link', { name: /May I/ }).waitFor();
  expect(await shown()).toEqual([]);
  await page.getByRole('link', { name: 'Notifications' }).click();
  await page.getByRole('button', { name: 'Notify me about questions' }).click();
  // Two questions of one agent have different tags, so the second one alerts although the first is shown.
  const tags = [await agent.ask('Or shall I? [YES/NO]'), await agent.ask('And this? [YES/NO]')];
  const expected = [`claude-code asks: Or shall I? (${tags[0]})`, `claude-code asks: And this? (${tags[1]})`];
  await expect.poll(shown).toEqual(expected);
  // Neither an answer nor a step beside an open question is a new question.
  const client = new DashboardClient(dashboard.server);
  for (const answer of ['Yes, you may', 'This, too']) {
    await client.say(agent, answer);
    expect(await agent.receive(30)).toEqual([answer]);
    await agent.step(`A step after ${answer}`);
    await page.getByRole('link', { name: `A step after ${answer}` }).waitFor();
  }
  expect(await shown()).toEqual(expected);
  // What is answered, here or elsewhere, does not stay on the screen.
  const closedTags = () =>
    page.evaluate(() => (window as unknown as { closedTags: string[] }).closedTags.toSorted());
  expect(await closedTags()).toEqual(tags.toSorted());
  const announced = page.locator('p.for-screen-readers[role="status"]');
  expect(await announced.textContent()).toBe('claude-code asks: And this?');
});
