import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { RecordingNotifier } from '../support/recording-notifier.ts';
import { findViolations } from './support/accessibility.ts';
import { Agent } from './support/agent.ts';
import { NotifyingDashboard } from './support/notifying-dashboard.ts';

const hook = new RecordingNotifier('webhook', 'Webhook');
const mail = new RecordingNotifier('mail', 'Mail', 'email');
const dashboard = NotifyingDashboard.forTests(true, [hook, mail]);

async function openNotifications(): Promise<Page> {
  const page = await dashboard.openSignedIn();
  await page.goto(`${dashboard.server.url}/#/notifications`);
  return page;
}

const rowOf = (page: Page, name: string) =>
  page.getByRole('list', { name: 'Destinations' }).getByRole('listitem').filter({ hasText: name });

const sendTest = (page: Page, name: string) =>
  rowOf(page, name).getByRole('button', { name: 'Test' }).click();

const tap = () => fetch(dashboard.recorder.last!.question!.options[0]!.postUrl, { method: 'POST' });

test('a destination with other settings is not tested yet, although an old test waits for a tap', async () => {
  await dashboard.addDestination();
  const page = await openNotifications();
  await sendTest(page, 'Phone');
  await rowOf(page, 'Phone').getByText('sent, waiting for your tap').waitFor();
  await rowOf(page, 'Phone').getByRole('button', { name: 'Change' }).click();
  await page.getByLabel('Topic').fill('other-topic');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await rowOf(page, 'Phone').getByText('oth…').waitFor();
  await rowOf(page, 'Phone').getByText('not tested yet').waitFor();
  await page.reload();
  await rowOf(page, 'Phone').getByText('not tested yet').waitFor();
});

test('a destination that works says so, and how long the tap took, also while a new test waits', async () => {
  await dashboard.addDestination();
  const page = await openNotifications();
  await sendTest(page, 'Phone');
  await rowOf(page, 'Phone').getByText('sent, waiting for your tap').waitFor();
  await tap();
  await rowOf(page, 'Phone').getByText('until your tap').waitFor();
  await sendTest(page, 'Phone');
  const both = /works \(tested .+, \d+\.\d s until your tap\); a new test waits for your tap/;
  await rowOf(page, 'Phone').getByText(both).waitFor();
  await page.reload();
  await rowOf(page, 'Phone').getByText(both).waitFor();
  expect(await findViolations(page)).toEqual([]);
});

test('the time that a tap took is known also after many other notifications', async () => {
  const phone = await dashboard.addDestination();
  await dashboard.call('POST', `/notification-destinations/${phone}/test`);
  await expect.poll(() => dashboard.recorder.last?.event, { timeout: 30_000 }).toBe('test');
  await tap();
  const agent = new Agent(dashboard.server);
  for (let nth = 1; nth <= 21; nth += 1) await agent.withdraw(await agent.ask(`Question ${nth}?`));
  const page = await openNotifications();
  await rowOf(page, 'Phone').getByText('until your tap').waitFor();
  expect(await page.getByRole('list', { name: 'Last notifications' }).locator('> li').count()).toBe(20);
});

test('a program has accepted a test, which needs no tap', async () => {
  await dashboard.addDestination('My hook', 'webhook');
  const page = await openNotifications();
  await rowOf(page, 'My hook').getByText('not tested yet').waitFor();
  await sendTest(page, 'My hook');
  await rowOf(page, 'My hook').getByText('sent: the receiver accepted the test').waitFor();
});

test('an answer says where and when it was given', async () => {
  await dashboard.addDestination('Tablet');
  const agent = new Agent(dashboard.server);
  await agent.ask('May I?', { options: [{ label: 'Yes' }, { label: 'No' }] });
  await expect.poll(() => dashboard.recorder.last?.event, { timeout: 30_000 }).toBe('question');
  await tap();
  const page = await dashboard.openSignedIn();
  await page.goto(`${dashboard.server.url}/#/instances/${agent.id}`);
  const answer = page.getByText('Answered through Tablet (recorder) at');
  await answer.waitFor();
  expect(await answer.locator('time').getAttribute('datetime')).toMatch(/^\d{4}-.*Z$/);
});

test('a step that its agent wanted to be sent says what became of that, also while the page is open', async () => {
  await dashboard.addDestination('Work', 'mail');
  const agent = new Agent(dashboard.server);
  await agent.step('I begin');
  const page = await dashboard.openSignedIn();
  await page.goto(`${dashboard.server.url}/#/instances/${agent.id}`);
  await page.getByRole('log').getByText('I begin').waitFor();
  await agent.step('It is done', { send_email: true });
  const deliveries = page.getByRole('list', { name: 'Notifications' });
  await deliveries.getByText(/^Sent to Work \(mail\)/).waitFor();
  await page.reload();
  await deliveries.getByText(/^Sent to Work \(mail\)/).waitFor();
  expect(await deliveries.count()).toBe(1);
  expect(await findViolations(page)).toEqual([]);
});
