import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inMemory, TestServer } from '../adapters/koa/test-server.ts';
import { launchBrowser } from './support/browser.ts';

const PAGE_DIR = join(import.meta.dirname, '../../web/dist');

test('the reference shows every operation, keeps to its policy and loads nothing from elsewhere', async () => {
  await using server = await TestServer.start({ live: inMemory().live, pageDir: PAGE_DIR });
  const browser = await launchBrowser();
  await using _closed = { [Symbol.asyncDispose]: () => browser.close() };
  const page = await browser.newPage();
  const complaints: string[] = [];
  const foreign: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${server.url}/`)) foreign.push(request.url());
  });

  await page.goto(`${server.url}/docs`);
  const reference = page.locator('openapi-explorer');
  await reference.getByText('/api/v1/messages/agent').first().click();
  await reference.getByText('Report a step or ask a question').first().waitFor();

  const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: object };
  expect(Object.values(paths).flatMap(Object.keys).length).toBeGreaterThan(30);
  const told = await reference.evaluate(({ shadowRoot }) => shadowRoot?.textContent ?? '');
  for (const path of Object.keys(paths)) expect(told.replaceAll(/\s/g, '')).toContain(path);
  expect(complaints).toEqual([]);
  expect(foreign).toEqual([]);
});
