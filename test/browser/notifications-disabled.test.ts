import { expect, test } from 'vitest';
import { findViolations } from './support/accessibility.ts';
import { PHONE } from './support/browser.ts';
import { NotifyingDashboard } from './support/notifying-dashboard.ts';

const dashboard = NotifyingDashboard.forTests(false);

test('a page whose server notifies nobody says so, and asks the server for nothing more', async () => {
  const page = await dashboard.openSignedIn(PHONE);
  const calls: string[] = [];
  page.on('request', (request) => calls.push(new URL(request.url()).pathname));
  await page.getByRole('link', { name: 'Notifications' }).click();
  await page.getByText('This server is not set up to notify you.').waitFor();
  await page.getByRole('button', { name: 'Notify me about questions' }).waitFor();
  expect(await findViolations(page)).toEqual([]);
  expect(calls.filter((path) => path.includes('notification') && path.startsWith('/api/'))).toEqual([]);
});
