import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { McpServer } from '../adapters/mcp/mcp-server.ts';
import { AppHost } from './support/app-host/app-host.ts';
import { launchBrowser } from './support/browser.ts';

let browser: Browser;
let server: McpServer;
let host: AppHost;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  server = await McpServer.start();
  host = await AppHost.start(browser, server.url);
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const DEPLOY = {
  question_text: 'Where shall I <b>deploy</b>?',
  options: ['Staging', { label: 'Production', value: 'prod', description: 'Everyone sees it' }],
  elicit: true,
};

/** Comes back for the answer of the last question, as the agent does. */
async function outcome(): Promise<unknown> {
  const { question_id } = host.asked!;
  return (await host.client.callTool({ name: 'ask_question', arguments: { question_id } })).structuredContent;
}

test('a person answers in the app with one tap, and the agent gets the answer', async () => {
  const app = await host.ask(DEPLOY);
  await app.getByText(DEPLOY.question_text).waitFor();
  await app.getByRole('button', { name: 'Production' }).click();
  await app.getByText('Answered: Production').waitFor();
  await expect
    .poll(() => host.messages)
    .toEqual([expect.stringContaining('Call ask_question with question_id')]);
  expect(host.messages[0]).not.toContain('Production');
  expect(host.messages[0]).toContain(host.asked!.question_id);
  expect(await outcome()).toMatchObject({
    status: 'answered',
    outcome: { values: ['prod'], via: 'mcp-app' },
  });
});

test('the app works with the keyboard alone', async () => {
  const app = await host.ask({ ...DEPLOY, multiple: true, min: 1 });
  await app.getByRole('checkbox', { name: 'Staging' }).waitFor();
  await host.page.keyboard.press('Tab');
  await host.page.keyboard.press('Space');
  await host.page.keyboard.press('Tab');
  await host.page.keyboard.press('Tab');
  await host.page.keyboard.press('Enter');
  await app.getByText('Answered: Staging').waitFor();
});

test('a person answers in their own words, and a blank text says so', async () => {
  const app = await host.ask({ question_text: 'Which port?', elicit: true });
  await app.getByRole('button', { name: 'Send' }).click();
  await app.getByText('Write an answer first.').waitFor();
  await app.getByLabel('Your answer').fill('8080');
  await app.getByRole('button', { name: 'Send' }).click();
  await app.getByText('Answered: 8080').waitFor();
  expect(await outcome()).toMatchObject({ answer: '8080' });
});

test('an answer that comes too late is told, and cannot be given again', async () => {
  const app = await host.ask(DEPLOY);
  await app.getByRole('button', { name: 'Production' }).waitFor();
  const { agent_instance_id } = host.asked!;
  await host.client.callTool({ name: 'end_session', arguments: { agent_instance_id } });
  await app.getByRole('button', { name: 'Production' }).click();
  await expect.poll(() => app.getByRole('button', { name: 'Production' }).isDisabled()).toBe(true);
  await app
    .getByRole('status')
    .getByText(/closed|over|ended/i)
    .waitFor();
});

test('without elicit the app shows the question and leads to the page', async () => {
  const app = await host.ask({ ...DEPLOY, elicit: false, wait_seconds: 0 });
  await app.getByRole('button', { name: 'Answer on the dashboard' }).click();
  await expect.poll(() => host.openedLinks).toEqual([expect.stringContaining('/#/instances/')]);
  expect(await app.getByRole('button').count()).toBe(1);
});

test('the app loads nothing and breaks no policy', async () => {
  const app = await host.ask(DEPLOY);
  await app.getByRole('button', { name: 'Staging' }).waitFor();
  expect(host.requests.filter((url) => !url.startsWith('about:'))).toEqual([]);
  expect(host.complaints).toEqual([]);
});
