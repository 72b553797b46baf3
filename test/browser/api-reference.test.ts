import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inMemory, TestServer } from '../adapters/koa/test-server.ts';
import { launchBrowser } from './support/browser.ts';

const PAGE_DIR = join(import.meta.dirname, '../../web/dist');

test('the API reference shows every operation, breaks no content policy and loads nothing from other servers', async () => {
  await using server = await TestServer.start({ live: inMemory().live, pageDir: PAGE_DIR });
  const browser = await launchBrowser();
  await using _closed = { [Symbol.asyncDispose]: () => browser.close() };
  const page = await browser.newPage();
  const errors: string[] = [];
  const foreignRequests: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${server.url}/`)) foreignRequests.push(request.url());
  });

  await page.goto(`${server.url}/docs`);
  const reference = page.locator('openapi-explorer');
  await reference.getByText('/api/v1/messages/agent').first().click();
  await reference.getByText('Report a step or ask a question').first().waitFor();

  const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: object };
  expect(Object.values(paths).flatMap(Object.keys).length).toBeGreaterThan(30);
  const text = await reference.evaluate(({ shadowRoot }) => shadowRoot?.textContent ?? '');
  for (const path of Object.keys(paths)) expect(text.replaceAll(/\s/g, '')).toContain(path);
  expect(errors).toEqual([]);
  expect(foreignRequests).toEqual([]);
});
