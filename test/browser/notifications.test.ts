import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { findViolations, overflowOf } from './support/accessibility.ts';
import { Agent } from './support/agent.ts';
import { PHONE } from './support/browser.ts';
import { NotifyingDashboard } from './support/notifying-dashboard.ts';

const dashboard = NotifyingDashboard.forTests();

async function openNotifications(device = PHONE): Promise<Page> {
  const page = await dashboard.openSignedIn(device);
  await page.getByRole('link', { name: 'Notifications' }).click();
  await page.getByRole('heading', { name: 'Where' }).waitFor();
  return page;
}

const rowOf = (page: Page, name: string) =>
  page.getByRole('list', { name: 'Destinations' }).getByRole('listitem').filter({ hasText: name });

const isFocused = (page: Page, name: RegExp): Promise<boolean> =>
  page.getByRole('button', { name }).evaluate((button) => button === document.activeElement);

/** Sends a test, and returns the settings that the channel got with it. */
async function deliverTest(page: Page, name: string): Promise<object> {
  await rowOf(page, name).getByRole('button', { name: 'Test' }).click();
  await rowOf(page, name).getByText('sent, waiting for your tap').waitFor();
  return dashboard.recorder.delivered.at(-1)!.settings;
}

describe('a destination', () => {
  test('is added with a form that says at each field what is wrong', async () => {
    const page = await openNotifications();
    await page.getByRole('button', { name: 'Add a destination' }).click();
    await page.getByText('Set SMTP_URL to the address of a server.').waitFor();
    expect(await findViolations(page)).toEqual([]);
    await page.getByRole('button', { name: /Recorder/ }).click();
    const topic = page.getByLabel('Topic');
    await topic.fill('ab');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Topic must be at least 3 characters').waitFor();
    expect(await topic.evaluate((field) => field === document.activeElement)).toBe(true);
    expect(await findViolations(page)).toEqual([]);
    // Only the server knows that this one does not exist.
    await topic.fill('nowhere');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('There is no such topic').waitFor();
    expect(dashboard.pageErrors.splice(0)).toEqual([expect.stringContaining('422')]);
    await topic.fill('my-secret-topic');
    const password = page.getByLabel('Password');
    expect(await password.getAttribute('type')).toBe('password');
    await password.fill('p4ss');
    await page.getByLabel('Name', { exact: true }).fill('Phone');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await rowOf(page, 'Phone').getByText('not tested yet').waitFor();
    expect(await rowOf(page, 'Phone').textContent()).toContain('my-…');
    expect(await page.content()).not.toContain('p4ss');
    expect(await overflowOf(page)).toBe(0);
  });

  test('turns green when the person taps the button of a test, with the time that this took', async () => {
    await dashboard.addDestination();
    const page = await openNotifications();
    await rowOf(page, 'Phone').getByRole('button', { name: 'Test' }).click();
    await rowOf(page, 'Phone').getByText('sent, waiting for your tap').waitFor();
    const { question } = dashboard.recorder.last!;
    await fetch(question!.options[0]!.postUrl, { method: 'POST' });
    await rowOf(page, 'Phone')
      .getByText(/works \(tested \d\d:\d\d, \d+\.\d s until your tap\)/)
      .waitFor();
    const history = page.getByRole('list', { name: 'Last notifications' });
    await history.getByText(/Phone \(recorder\): sent .*, opened/).waitFor();
    expect(await findViolations(page)).toEqual([]);
  });

  test('gets another name, and keeps its settings', async () => {
    await dashboard.addDestination();
    const page = await openNotifications();
    const change = rowOf(page, 'Phone').getByRole('button', { name: 'Change' });
    await change.click();
    const dialog = page.getByRole('dialog', { name: 'Change “Phone”' });
    const name = dialog.getByLabel('Name', { exact: true });
    await name.fill(' ');
    await page.keyboard.press('Enter');
    await dialog.getByText('Give it a name.').waitFor();
    expect(await name.evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await change.evaluate((button) => button === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await name.fill('Tablet');
    await page.keyboard.press('Enter');
    await rowOf(page, 'Tablet').waitFor();
    expect(await isFocused(page, /^Change/)).toBe(true);
    expect(await deliverTest(page, 'Tablet')).toEqual({ topic: 'my-secret-topic', password: 'secret' });
  });

  test('gets other settings, all at once, and says at each field what is wrong', async () => {
    await dashboard.addDestination();
    const page = await openNotifications();
    await rowOf(page, 'Phone').getByRole('button', { name: 'Change' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change “Phone”' });
    expect(await page.content()).not.toContain('my-secret-topic');
    const topic = dialog.getByLabel('Topic');
    const password = dialog.getByLabel('Password');
    expect(await password.getAttribute('type')).toBe('password');
    expect(await password.inputValue()).toBe('');
    await dialog.getByText('To change only the name, leave the other fields empty.').waitFor();
    expect(await dialog.getByText('(required)').count()).toBe(0);
    expect(await topic.getAttribute('required')).toBeNull();
    expect(await findViolations(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
    // The new password alone is not enough: the server has no way to keep the topic.
    await password.fill('n3w');
    await page.keyboard.press('Enter');
    await dialog.getByText('Topic is required').waitFor();
    expect(await topic.evaluate((field) => field === document.activeElement)).toBe(true);
    await topic.fill('nowhere');
    await page.keyboard.press('Enter');
    await dialog.getByText('There is no such topic').waitFor();
    expect(dashboard.pageErrors.splice(0)).toEqual([expect.stringContaining('422')]);
    await topic.fill('other-topic');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await rowOf(page, 'Phone').getByText('oth…').waitFor();
    expect(await isFocused(page, /^Change/)).toBe(true);
    expect(await deliverTest(page, 'Phone')).toEqual({ topic: 'other-topic', password: 'n3w' });
  });

  test('is removed only after a confirmation', async () => {
    await dashboard.addDestination();
    const page = await openNotifications();
    await rowOf(page, 'Phone').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await rowOf(page, 'Phone').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('Add your phone, your mailbox or a chat').waitFor();
    expect(await (await dashboard.call('GET', '/notification-destinations')).json()).toEqual([]);
  });

  test('that fails is shown on every view until it works again', async () => {
    await dashboard.addDestination();
    dashboard.recorder.failure = 'The topic was deleted';
    const agent = new Agent(dashboard.server);
    const page = await openNotifications({ ...PHONE, colorScheme: 'dark' });
    await rowOf(page, 'Phone').getByRole('button', { name: 'Test' }).click();
    const banner = page.getByRole('alert').filter({ hasText: 'Notifications have not reached Phone' });
    await banner.getByText(/The topic was deleted/).waitFor();
    await rowOf(page, 'Phone')
      .getByText(/failing since .* because: The topic was deleted/)
      .waitFor();
    expect(await findViolations(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
    await agent.step('Working');
    for (const fragment of ['', '#/keys', `#/instances/${agent.id}`]) {
      await page.goto(`${dashboard.server.url}/${fragment}`);
      await page.reload();
      await banner.waitFor();
    }
    await banner.getByRole('link', { name: 'See notifications' }).click();
    dashboard.recorder.failure = null;
    await rowOf(page, 'Phone').getByRole('button', { name: 'Test' }).click();
    await rowOf(page, 'Phone').getByText('sent, waiting for your tap').waitFor();
    await banner.waitFor({ state: 'detached' });
  });
});

test('rules are saved with one button, and shown again', async () => {
  await dashboard.addDestination('Phone');
  await dashboard.addDestination('Tablet');
  const page = await openNotifications();
  const questions = page.getByRole('group', { name: 'When an agent asks' });
  expect(await questions.getByLabel('Phone').inputValue()).toBe('0');
  await questions.getByLabel('Tablet').selectOption('After 15 minutes');
  await page
    .getByRole('group', { name: 'When an agent has ended' })
    .getByLabel('Phone')
    .selectOption('At once');
  await page
    .getByRole('group', { name: 'When an agent has failed' })
    .getByLabel('Phone')
    .selectOption('At once');
  await page
    .getByRole('group', { name: 'When an agent has been silent' })
    .getByLabel('Tablet')
    .selectOption('After 5 minutes');
  await page.getByLabel(/Not while I am looking/).uncheck();
  await page.getByLabel(/Quiet hours/).check();
  await page.getByLabel('From').fill('');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Say when quiet hours begin.').waitFor();
  await page.getByLabel('From').fill('21:30');
  await page.getByRole('checkbox', { name: 'Sat' }).uncheck();
  await page.getByLabel('Time zone').selectOption('Europe/Berlin');
  await page.getByText('More', { exact: true }).click();
  await page.getByLabel(/Send together/).fill('10');
  expect(await findViolations(page)).toEqual([]);
  expect(await overflowOf(page)).toBe(0);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  expect(await (await dashboard.call('GET', '/notification-rules')).json()).toMatchObject({
    rules: [
      { event: 'question', after_seconds: 0 },
      { event: 'question', after_seconds: 900 },
      { event: 'ended', after_seconds: 0 },
      { event: 'failed', after_seconds: 0 },
      { event: 'silent', after_seconds: 300 },
    ],
    quiet_hours: { from: '21:30', to: '07:00', days: [1, 2, 3, 4, 5, 0], time_zone: 'Europe/Berlin' },
    group_seconds: 10,
    pause_while_active: false,
  });
  await page.reload();
  expect(await questions.getByLabel('Tablet').inputValue()).toBe('900');
  expect(await page.getByLabel('From').inputValue()).toBe('21:30');
  expect(await page.getByRole('checkbox', { name: 'Sat' }).isChecked()).toBe(false);
  expect(await page.getByLabel(/Not while I am looking/).isChecked()).toBe(false);
});

test('the server learns that the person looks at the page, but only if something could wait', async () => {
  const page = await dashboard.openSignedIn();
  const noted: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/notifications/active')) noted.push(request.method());
  });
  await page.waitForTimeout(6_000);
  expect(noted).toEqual([]);
  await dashboard.addDestination();
  await page.reload();
  await expect.poll(() => noted, { timeout: 30_000 }).toEqual(['POST']);
});

test('a question says in the conversation what became of its deliveries', async () => {
  const phone = await dashboard.addDestination('Phone');
  const tablet = await dashboard.addDestination('Tablet');
  await dashboard.call('PUT', '/notification-rules', {
    rules: [
      { event: 'question', destinations: [phone], after_seconds: 0 },
      { event: 'question', destinations: [tablet], after_seconds: 3_600 },
    ],
    ...{ quiet_hours: null, group_seconds: 0, pause_while_active: false },
  });
  const agent = new Agent(dashboard.server);
  await agent.ask('May I?', { options: [{ label: 'Yes' }, { label: 'No' }] });
  const page = await dashboard.openSignedIn();
  await page.goto(`${dashboard.server.url}/#/instances/${agent.id}`);
  /** Loads the page until a question says so. */
  const says = (...texts: RegExp[]) =>
    expect
      .poll(
        async () => {
          await page.reload();
          await page.getByRole('log').getByText('May I?').waitFor();
          const list = page.getByRole('list', { name: 'Notifications' }).last();
          const shown = await list.getByRole('listitem').allTextContents();
          return texts.every((text, nth) => text.test(shown[nth] ?? '')) || shown.join(' | ');
        },
        { timeout: 30_000 },
      )
      .toBe(true);
  await says(/^Sent to Phone \(recorder\) \d\d:\d\d$/, /^To Tablet \(recorder\): waiting until .*\d\d:\d\d$/);
  expect(await findViolations(page)).toEqual([]);
  await fetch(dashboard.recorder.last!.question!.options[0]!.postUrl, { method: 'POST' });
  await says(
    /^Sent to Phone \(recorder\) \d\d:\d\d, opened \d\d:\d\d$/,
    /^Not sent to Tablet \(recorder\): it was over before$/,
  );
  dashboard.recorder.failure = 'The topic was deleted';
  await agent.ask('And this?');
  await says(/^To Phone \(recorder\): failed: The topic was deleted$/);
});
