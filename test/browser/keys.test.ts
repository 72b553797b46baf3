import { expect, test } from 'vitest';
import { findViolations } from './support/accessibility.ts';
import { Agent } from './support/agent.ts';
import { DESKTOP, PHONE } from './support/browser.ts';
import { Dashboard } from './support/dashboard.ts';

const dashboard = Dashboard.forTests();

test('a new key stays until it is copied or the user has seen to it', async () => {
  const page = await dashboard.openSignedIn();
  await page.context().grantPermissions(['clipboard-write']);
  await page.getByRole('link', { name: 'API keys' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('laptop');
  await page.getByRole('button', { name: 'Create key' }).click();
  const newKey = page.getByRole('region', { name: 'The new key' });
  const token = await newKey.locator('code').textContent();
  await page.keyboard.press('Escape');
  await page.getByText('Copy the new key first').waitFor();
  expect(await newKey.locator('code').textContent()).toBe(token);
  // Other ways out of the page lose nothing.
  await page.getByRole('link', { name: 'Notifications' }).click();
  await page.getByRole('link', { name: 'API keys' }).click();
  expect(await newKey.locator('code').textContent()).toBe(token);
  await newKey.getByRole('button', { name: 'Copy key' }).click();
  await newKey.getByText('Copied').waitFor();
  await page.keyboard.press('Escape');
  await newKey.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'API keys' }).click();
  await page.getByRole('button', { name: 'Create key' }).waitFor();
  expect(await newKey.count()).toBe(0);
});

test('the key of this browser is marked among others of the same name', async () => {
  const others = { name: 'browser', expiresInSeconds: 90_000 };
  await dashboard.issueToken('dashboard', others);
  const own = await dashboard.issueToken('dashboard', { name: 'browser', expiresInSeconds: 80_000 });
  dashboard.server = { ...dashboard.server, dashboardToken: own };
  const page = await dashboard.openSignedIn();
  await page.getByRole('link', { name: 'API keys' }).click();
  const keys = page.getByRole('list', { name: 'Keys' }).getByRole('listitem');
  const marked = keys.filter({ hasText: '(this browser)' });
  await marked.waitFor();
  expect(await marked.count()).toBe(1);
  expect(await keys.filter({ hasText: 'browser' }).count()).toBe(2);
  await marked.getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('This browser uses it, and has to sign in again then.').waitFor();
});

test.each([
  ['a phone', PHONE, ['', '#/keys', '#/notifications']],
  ['a wide screen', DESKTOP, ['', '#/keys', '#/notifications', '#/instances/ID', '#/instances/ID/changes']],
])('on %s, one button signs out on each of these views', async (_, device, views) => {
  const agent = new Agent(dashboard.server);
  await agent.step('Working');
  const page = await dashboard.openSignedIn(device);
  for (const view of views) {
    await page.goto(`${dashboard.server.url}/${view.replace('ID', agent.id)}`);
    const button = page.getByRole('button', { name: /^Sign out/ });
    await button.waitFor();
    expect(await button.count()).toBe(1);
  }
  expect(await findViolations(page)).toEqual([]);
  await page.getByRole('button', { name: /^Sign out/ }).click();
  await page.getByLabel('Dashboard token').waitFor();
});
