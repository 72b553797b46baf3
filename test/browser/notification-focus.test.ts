import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { NotifyingDashboard } from './support/notifying-dashboard.ts';

const dashboard = NotifyingDashboard.forTests();

async function openNotifications(): Promise<Page> {
  const page = await dashboard.openSignedIn();
  await page.goto(`${dashboard.server.url}/#/notifications`);
  await page.getByRole('heading', { name: 'Where' }).waitFor();
  return page;
}

const expectFocus = (element: Locator): Promise<void> =>
  expect.poll(() => element.evaluate((each) => each === document.activeElement)).toBe(true);

const testButton = (page: Page) => page.getByRole('button', { name: /^Test/ });

test('a destination is added, tested, changed and removed with the keyboard alone', async () => {
  const page = await openNotifications();
  await page.getByRole('button', { name: 'Add a destination' }).press('Enter');
  await expectFocus(page.getByRole('button', { name: /Recorder/ }));
  await page.keyboard.press('Enter');
  await expectFocus(page.getByLabel('Topic'));
  await page.keyboard.type('my-topic');
  await page.keyboard.press('Enter');
  await expectFocus(testButton(page));
  await page.keyboard.press('Enter');
  await page.getByText('sent, waiting for your tap').waitFor();
  await expectFocus(testButton(page));
  await page.getByRole('button', { name: /^Change/ }).press('Enter');
  await expectFocus(page.getByRole('dialog').getByLabel('Name', { exact: true }));
  await page.keyboard.press('Escape');
  await expectFocus(page.getByRole('button', { name: /^Change/ }));
  await page.getByRole('button', { name: /^Remove/ }).press('Enter');
  await expectFocus(page.getByRole('dialog').getByRole('button', { name: 'Cancel' }));
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).press('Enter');
  await testButton(page).waitFor({ state: 'detached' });
  await expectFocus(page.getByRole('heading', { name: 'Where' }));
});

test('the fields of a new destination come before its name, which may be left empty', async () => {
  const page = await openNotifications();
  await page.getByRole('button', { name: 'Add a destination' }).click();
  await page.getByRole('button', { name: /Recorder/ }).click();
  const labels = await page.getByRole('group', { name: 'Settings' }).locator('label').allTextContents();
  expect(labels).toEqual(['Topic (required)', 'Password', 'Name']);
});

test('a link leads past the list of agents to the main content', async () => {
  const page = await openNotifications();
  const link = page.getByRole('link', { name: 'Skip to the main content' });
  await page.reload();
  await page.getByRole('heading', { name: 'Where' }).waitFor();
  await page.keyboard.press('Tab');
  await expectFocus(link);
  expect((await link.boundingBox())!.y).toBeGreaterThanOrEqual(0);
  await page.keyboard.press('Enter');
  await expectFocus(page.getByRole('region', { name: 'Details' }));
  expect(new URL(page.url()).hash).toBe('#/notifications');
  await page.keyboard.press('Tab');
  await expectFocus(page.getByRole('region', { name: 'Details' }).locator(':focus'));
});

test('what was not saved is forgotten when the user leaves, and not saved later', async () => {
  await dashboard.addDestination();
  const page = await openNotifications();
  const question = page.getByRole('group', { name: 'When an agent asks' }).getByLabel('Phone');
  await question.selectOption('Never');
  await page.getByText('Not saved yet').waitFor();
  await page.goto(`${dashboard.server.url}/#/keys`);
  await question.waitFor({ state: 'detached' });
  await page.goto(`${dashboard.server.url}/#/notifications`);
  expect(await question.inputValue()).toBe('0');
  await page.getByLabel(/Not while I am looking/).uncheck();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  expect(await (await dashboard.call('GET', '/notification-rules')).json()).toMatchObject({
    rules: [{ event: 'question', after_seconds: 0 }],
    pause_while_active: false,
  });
});
