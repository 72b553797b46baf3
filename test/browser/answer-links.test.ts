import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findViolations, overflowOf } from './support/accessibility.ts';
import { Agent } from './support/agent.ts';
import { PHONE } from './support/browser.ts';
import { DashboardClient } from './support/dashboard-client.ts';
import { NotifyingDashboard } from './support/notifying-dashboard.ts';

const dashboard = NotifyingDashboard.forTests();

/** The code of the page is not a request to the API. */
const isApiCall = (url: string): boolean => url.includes('/api/');

const optionsOf = (...labels: string[]) => labels.map((label) => ({ label, value: label }));

/** Asks a question, and returns the agent and the links in its notice. */
async function ask(content: string, fields: object = {}) {
  await dashboard.addDestination();
  const agent = new Agent(dashboard.server);
  const questionId = await agent.ask(content, fields);
  await expect.poll(() => dashboard.recorder.last?.question?.id, { timeout: 20_000 }).toBe(questionId);
  const { options, token } = dashboard.recorder.last!.question!;
  return { agent, questionId, options, textUrl: `${dashboard.server.url}/#/answer/${token}` };
}

/** Opens a link on a phone that is not signed in. Returns the calls that the page makes. */
async function openLink(url: string, device = PHONE): Promise<{ page: Page; calls: string[] }> {
  const page = await dashboard.openSignedOut(device);
  const calls: string[] = [];
  page.on('request', (request) => {
    if (isApiCall(request.url())) calls.push(`${request.method()} ${new URL(request.url()).pathname}`);
  });
  await page.goto(url);
  return { page, calls };
}

async function expectFits(page: Page): Promise<void> {
  expect(await findViolations(page)).toEqual([]);
  expect(await overflowOf(page)).toBe(0);
}

test('the link of an option answers with it after one tap, without being signed in', async () => {
  const { agent, options } = await ask('May I **delete** it?', {
    options: [
      { label: 'Yes, do', value: 'y' },
      { label: 'No', value: 'n' },
    ],
  });
  const { page, calls } = await openLink(options[0]!.pageUrl);
  await page.getByRole('heading', { name: 'claude-code asks' }).waitFor();
  await page.getByRole('article').locator('strong').waitFor();
  await expectFits(page);
  // The shortcuts of the dashboard do nothing here.
  await page.keyboard.press('Escape');
  const path = `/api/v1/answer-links/${options[0]!.token}`;
  // Opening it has answered nothing, and has loaded nothing that needs a session.
  expect(calls).toEqual([`GET ${path}`]);
  expect(await agent.receive(0)).toEqual([]);
  await page.getByRole('button', { name: 'Answer with: Yes, do' }).tap();
  await page.getByRole('heading', { name: 'Answered' }).waitFor();
  expect(await agent.receive(30)).toEqual(['Yes, do']);
  expect(calls).toEqual([`GET ${path}`, `POST ${path}`]);
  await expectFits(page);
});

test('the link of a text answers with a text, and an option can be taken as the text', async () => {
  const { agent, textUrl } = await ask('Which one?', { options: optionsOf('Blue', 'Green') });
  const { page } = await openLink(textUrl, { ...PHONE, colorScheme: 'dark' });
  const send = page.getByRole('button', { name: 'Send answer' });
  expect(await send.isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'Green' }).tap();
  await page.getByLabel('Your answer').fill('Green, but darker');
  await expectFits(page);
  await send.tap();
  await page.getByText('Green, but darker').waitFor();
  expect(await agent.receive(30)).toEqual(['Green, but darker']);
});

test('a link whose question was answered says so, also if that happened while its page was open', async () => {
  const { agent, questionId, options } = await ask('May I?', { options: optionsOf('Yes', 'No') });
  const { page } = await openLink(options[1]!.pageUrl);
  await page.getByRole('button', { name: 'Answer with: No' }).waitFor();
  await new DashboardClient(dashboard.server).answer(questionId, { values: ['Yes'] });
  await page.getByRole('button', { name: 'Answer with: No' }).tap();
  await page.getByRole('heading', { name: 'Answered already.' }).waitFor();
  await expectFits(page);
  const { page: later } = await openLink(options[0]!.pageUrl);
  await later.getByRole('heading', { name: /^Answered.*: Yes$/ }).waitFor();
  expect(await agent.receive(30)).toEqual(['Yes']);
});

test('a link that is not known says so, and leads to the dashboard', async () => {
  const { page, calls } = await openLink(`${dashboard.server.url}/#/answer/no-such-token`);
  await page.getByRole('heading', { name: /^This link is not known/ }).waitFor();
  await expectFits(page);
  expect(calls).toEqual(['GET /api/v1/answer-links/no-such-token']);
  await page.getByRole('link', { name: 'Open the dashboard' }).tap();
  await page.getByLabel('Dashboard token').waitFor();
});

test('a text that is no link at all is not sent to the server', async () => {
  const { page, calls } = await openLink(`${dashboard.server.url}/#/answer/a%2Fb`);
  await page.getByRole('heading', { name: /^This link is not known/ }).waitFor();
  expect(calls).toEqual([]);
});

test('the link of a test says that answers arrive', async () => {
  const id = await dashboard.addDestination();
  await dashboard.call('POST', `/notification-destinations/${id}/test`);
  await expect.poll(() => dashboard.recorder.last?.event).toBe('test');
  const { page } = await openLink(dashboard.recorder.last!.question!.options[0]!.pageUrl);
  await page.getByRole('button', { name: 'I see it' }).tap();
  await page.getByRole('heading', { name: 'The dashboard knows now that your answers arrive' }).waitFor();
});
